/*
 * A set of networks as sorted, disjoint ranges, one array a family. Built from the operator's
 * words, so it may use the heap; a peer's address is only ever looked up in it.
 */
#include "facts/cidr_list.h"

#include "base/xalloc.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>

typedef unsigned __int128 wide; /* ISO C has no name for it */

struct range {
	wide low, high; /* both inside */
};

struct ranges {
	struct range *at;
	size_t count, room;
};

struct cidr_list {
	struct ranges of[ADDRESS_FAMILY_COUNT];
	bool is_sealed;
};

struct cidr_list *cidr_list_new(void)
{
	return xalloc(sizeof(struct cidr_list));
}

void cidr_list_free(struct cidr_list *list)
{
	if (!list)
		return;
	for (int family = 0; family < ADDRESS_FAMILY_COUNT; family++)
		free(list->of[family].at);
	free(list);
}

static wide to_wide(const uint8_t at[16])
{
	uint64_t halves[2];

	memcpy(halves, at, sizeof(halves));
	return (wide)be64toh(halves[0]) << 64 | be64toh(halves[1]);
}

/* The bits behind a mask of |bits| of |width|; shifting a wide by its whole width is undefined.
 */
static wide host_bits(unsigned bits, unsigned width)
{
	return bits == 0 && width == 128 ? ~(wide)0 : ((wide)1 << (width - bits)) - 1;
}

static void add_range(struct ranges *ranges, wide low, wide high)
{
	if (ranges->count == ranges->room) {
		ranges->room = ranges->room ? 2 * ranges->room : 8;
		ranges->at = xalloc_grow(ranges->at, ranges->room, sizeof(*ranges->at));
	}
	ranges->at[ranges->count++] = (struct range){ low, high };
}

int cidr_list_add(struct cidr_list *list, struct bytes text, struct fault *fault)
{
	struct bytes rest = text, head = bytes_split(&rest, '/');
	struct address address;
	unsigned width;
	uint64_t bits;
	wide low, host;

	assert(!list->is_sealed);
	if (!address_parse(head, &address) || address.port || (head.len && head.at[0] == '['))
		return fault_say(fault,
		    "\"%.*s\" is not an address or a network like 10.0.0.0/8",
		    (int)(text.len < 60 ? text.len : 60), text.at ? text.at : "");
	width = address.family == ADDRESS_V4 ? 32 : 128;
	bits = width;
	if (head.len != text.len && (!bytes_to_number(rest, &bits) || bits > width))
		return fault_say(fault, "\"%.*s\": the mask must be a number from 0 to %u",
		    (int)(text.len < 60 ? text.len : 60), text.at, width);
	low = to_wide(address.at);
	host = host_bits((unsigned)bits, width);
	if (low & host)
		return fault_say(
		    fault, "\"%.*s\" has bits beyond its mask", (int)text.len, text.at);
	add_range(&list->of[address.family], low, low | host);
	return 0;
}

int cidr_list_add_lines(
    struct cidr_list *list, struct bytes whole, const char *file, struct fault *fault)
{
	for (int number = 1; whole.len; number++) {
		struct bytes rest = bytes_split(&whole, '\n'), line = bytes_split(&rest, '#');
		struct fault why;

		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		line = bytes_trim(line);
		if (line.len && cidr_list_add(list, line, &why))
			return fault_say_at(fault, file, number, 1, "%s", why.text);
	}
	return 0;
}

static int compare_low(const void *a, const void *b)
{
	const struct range *one = a, *other = b;

	return (one->low > other->low) - (one->low < other->low);
}

static void merge(struct ranges *ranges)
{
	size_t kept = 0;

	if (ranges->count == 0)
		return;
	qsort(ranges->at, ranges->count, sizeof(*ranges->at), compare_low);
	for (size_t i = 1; i < ranges->count; i++) {
		struct range *last = &ranges->at[kept], next = ranges->at[i];
		/* Neighbours join too; where the last one reaches the top, all else is inside.
		 */
		bool is_joined = next.low <= last->high || next.low - 1 == last->high;

		if (!is_joined)
			ranges->at[++kept] = next;
		else if (next.high > last->high)
			last->high = next.high;
	}
	ranges->count = kept + 1;
}

void cidr_list_seal(struct cidr_list *list)
{
	for (int family = 0; family < ADDRESS_FAMILY_COUNT; family++)
		merge(&list->of[family]);
	list->is_sealed = true;
}

bool cidr_list_has(const struct cidr_list *list, const struct address *address)
{
	const struct ranges *ranges;
	size_t low = 0, high;
	wide value;

	if (!list || address->family == ADDRESS_NONE)
		return false;
	assert(list->is_sealed);
	ranges = &list->of[address->family];
	value = to_wide(address->at);
	high = ranges->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->at[middle].high < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ranges->count && ranges->at[low].low <= value;
}

size_t cidr_list_count(const struct cidr_list *list)
{
	return list->of[ADDRESS_V4].count + list->of[ADDRESS_V6].count;
}
