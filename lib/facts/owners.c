/*
 * Accounts and their owners, from the operator's CSV file into an open-addressing table. Names
 * of owners are hashed as they are read and not kept.
 */
#include "facts/owners.h"

#include "base/xalloc.h"

#include <stdlib.h>

#define FIRST_ROOM 64 /* slots; a power of two, always at least twice the accounts */

struct slot {
	uint64_t account, owner; /* account 0 = free */
};

struct owners {
	struct slot *slots;
	size_t room, count;
};

/* Where |account| is, or would go: accounts are keyed hashes, evenly spread as they are. */
static struct slot *find(const struct owners *owners, uint64_t account)
{
	size_t at = account & (owners->room - 1);

	while (owners->slots[at].account && owners->slots[at].account != account)
		at = (at + 1) & (owners->room - 1);
	return &owners->slots[at];
}

static void grow(struct owners *owners)
{
	struct slot *old = owners->slots;
	size_t room = owners->room;

	owners->room = room ? 2 * room : FIRST_ROOM;
	owners->slots = xalloc_array(owners->room, sizeof(*owners->slots));
	for (size_t i = 0; i < room; i++)
		if (old[i].account)
			*find(owners, old[i].account) = old[i];
	free(old);
}

static int add(struct owners *owners, uint64_t account, uint64_t owner, struct fault *fault)
{
	struct slot *slot;

	if (2 * owners->count >= owners->room)
		grow(owners);
	slot = find(owners, account);
	if (slot->account)
		return slot->owner == owner
			   ? 0
			   : fault_say(fault, "this account has another owner already");
	if (owners->count == OWNERS_MOST)
		return fault_say(fault, "more than %d accounts", OWNERS_MOST);
	*slot = (struct slot){ account, owner };
	owners->count++;
	return 0;
}

static bool is_heading(struct bytes field)
{
	return bytes_equal_nocase(field, BYTES("account")) ||
	       bytes_equal_nocase(field, BYTES("account hash"));
}

static struct bytes unquote(struct bytes name)
{
	if (name.len >= 2 && name.at[0] == '"' && name.at[name.len - 1] == '"')
		name = bytes_of(name.at + 1, name.len - 2);
	return name;
}

static int read_line(
    struct owners *owners, struct bytes line, struct keyed_hash *hash, struct fault *fault)
{
	struct bytes rest = line, field = bytes_trim(bytes_split(&rest, ','));
	struct bytes name = unquote(bytes_trim(rest));
	unsigned char raw[8];
	uint64_t account = 0;

	if (!bytes_from_hex(unquote(field), raw, sizeof(raw)))
		return fault_say(fault, "an account hash has 16 hex digits");
	for (size_t i = 0; i < sizeof(raw); i++)
		account = account << 8 | raw[i];
	if (account == 0)
		return fault_say(fault, "account hash 0 stands for no account");
	if (bytes_trim(name).len == 0)
		return fault_say(fault, "the owner is missing");
	if (name.len > OWNERS_NAME_MOST)
		return fault_say(fault, "the owner's name is over %d bytes", OWNERS_NAME_MOST);
	if (memchr(name.at, '"', name.len))
		return fault_say(fault, "the owner's name has a quote inside");
	return add(owners, account, owners_hash(name, hash), fault);
}

struct owners *owners_from_csv(
    struct bytes whole, const char *file, struct keyed_hash *hash, struct fault *fault)
{
	struct owners *owners = xalloc(sizeof(*owners));

	grow(owners);
	for (int number = 1; whole.len; number++) {
		struct bytes line = bytes_split(&whole, '\n'), rest, field;
		struct fault why;

		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		rest = line = bytes_trim(line);
		field = bytes_trim(bytes_split(&rest, ','));
		if (line.len == 0 || line.at[0] == '#' || (number == 1 && is_heading(field)))
			continue;
		if (read_line(owners, line, hash, &why)) {
			fault_say_at(fault, file, number, 1, "%s", why.text);
			owners_free(owners);
			return NULL;
		}
	}
	return owners;
}

void owners_free(struct owners *owners)
{
	if (!owners)
		return;
	free(owners->slots);
	free(owners);
}

uint64_t owners_of(const struct owners *owners, uint64_t account)
{
	const struct slot *slot = owners && account ? find(owners, account) : NULL;

	return slot && slot->account ? slot->owner : account;
}

uint64_t owners_hash(struct bytes name, struct keyed_hash *hash)
{
	name = bytes_trim(name);
	return name.len ? keyed_hash_of(hash, HASH_OWNER, name) : 0;
}

size_t owners_count(const struct owners *owners)
{
	return owners ? owners->count : 0;
}
