/* Accounts from credentials: which source wins, what is stripped, what is no credential. */
#include "facts/identity.h"

#include "unit.h"

#include <stdio.h>

static const char *const usual[] = { "authorization", "x-api-key", "api-key", "x-goog-api-key",
	"query:key" };

static struct identity *identity;
static struct keyed_hash *hash;
static struct identity_search search;

static void start(void)
{
	struct fault fault;

	hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	identity = identity_new(usual, 5, &fault);
	ck_assert_ptr_nonnull(identity);
	identity_begin(&search, identity);
}

static void stop(void)
{
	identity_free(identity);
	keyed_hash_free(hash);
}

static uint64_t of(const char *credential)
{
	return keyed_hash_of(hash, HASH_ACCOUNT, bytes_of_text(credential));
}

static uint64_t of_header(const char *name, const char *value)
{
	identity_begin(&search, identity);
	identity_offer_header(&search, bytes_of_text(name), bytes_of_text(value));
	return identity_account(&search, hash);
}

static uint64_t of_query(const char *query)
{
	identity_begin(&search, identity);
	identity_offer_query(&search, bytes_of_text(query));
	return identity_account(&search, hash);
}

START_TEST(one_key_is_one_account_however_it_is_sent)
{
	start();
	ck_assert_uint_eq(of_header("Authorization", "Bearer sk-1"), of("sk-1"));
	ck_assert_uint_eq(of_header("AUTHORIZATION", "bEARER \t sk-1 "), of("sk-1"));
	ck_assert_uint_eq(of_header("authorization", "sk-1"), of("sk-1"));
	ck_assert_uint_eq(of_header("X-Api-Key", " sk-1\t"), of("sk-1"));
	ck_assert_uint_eq(of_header("api-key", "sk-1"), of("sk-1"));
	ck_assert_uint_eq(of_header("x-goog-api-key", "sk-1"), of("sk-1"));
	ck_assert_uint_eq(of_header("authorization", "Basic dXNlcjpwYXNz"), of("dXNlcjpwYXNz"));
	ck_assert_uint_eq(of_header("authorization", "Token sk-1"), of("Token sk-1"));
	ck_assert_uint_eq(of_header("authorization", "Bearersk-1"), of("Bearersk-1"));
	ck_assert_uint_eq(of_query("alt=sse&key=sk-1"), of("sk-1"));
	stop();
}
END_TEST

START_TEST(no_credential_is_no_account)
{
	start();
	ck_assert_uint_eq(identity_account(&search, hash), 0);
	ck_assert_uint_eq(of_header("authorization", ""), 0);
	ck_assert_uint_eq(of_header("authorization", "Bearer "), 0);
	ck_assert_uint_eq(of_header("authorization", " Basic"), 0);
	ck_assert_uint_eq(of_header("x-api-keys", "sk-1"), 0);
	ck_assert_uint_eq(of_header("key", "sk-1"), 0);
	ck_assert_uint_eq(of_query("key="), 0);
	ck_assert_uint_eq(of_query("key"), 0);
	ck_assert_uint_eq(of_query("key=%20+"), 0);
	ck_assert_uint_eq(of_query("Key=sk-1&kkey=1"), 0);
	ck_assert_uint_eq(of_query(""), 0);
	stop();
}
END_TEST

START_TEST(the_first_source_that_holds_one_wins_in_any_order_of_arrival)
{
	start();
	identity_offer_query(&search, BYTES("key=q"));
	identity_offer_header(&search, BYTES("x-api-key"), BYTES("x"));
	identity_offer_header(&search, BYTES("x-api-key"), BYTES("again"));
	ck_assert_uint_eq(identity_account(&search, hash), of("x"));
	ck_assert_uint_eq(search.found, 2);
	identity_offer_header(&search, BYTES("authorization"), BYTES("Bearer "));
	ck_assert_uint_eq(identity_account(&search, hash), of("x"));
	identity_offer_header(&search, BYTES("authorization"), BYTES("Bearer a"));
	ck_assert_uint_eq(identity_account(&search, hash), of("a"));
	ck_assert_uint_eq(search.found, 3);
	identity_offer_header(&search, BYTES("x-goog-api-key"), BYTES("g"));
	ck_assert_uint_eq(identity_account(&search, hash), of("a"));
	stop();
}
END_TEST

START_TEST(query_values_and_names_are_decoded)
{
	char query[IDENTITY_CREDENTIAL_MOST + 100];

	start();
	ck_assert_uint_eq(of_query("key=sk%2D1"), of("sk-1"));
	ck_assert_uint_eq(of_query("%6bey=sk-1"), of("sk-1"));
	ck_assert_uint_eq(of_query("key=a+b%20"), of("a b"));
	ck_assert_uint_eq(of_query("key=100%"), of("100%"));
	ck_assert_uint_eq(of_query("key=%zz%4"), of("%zz%4"));
	ck_assert_uint_eq(of_query("key=a=b"), of("a=b"));
	ck_assert_uint_eq(of_query("key=&key=first&key=second"), of("first"));
	memset(query, 'k', sizeof(query));
	memcpy(query, "key=%41", 7);
	query[sizeof(query) - 1] = '\0';
	ck_assert_uint_eq(of_query(query), of(query + 4));
	query[4 + IDENTITY_CREDENTIAL_MOST] = '\0';
	ck_assert_uint_ne(of_query(query), of(query + 4));
	query[6] = 'A';
	ck_assert_uint_eq(of_query("key=%41"), of("A"));
	stop();
}
END_TEST

START_TEST(a_signature_leaves_only_its_access_key)
{
	start();
	ck_assert_uint_eq(
	    of_header("authorization",
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250830/us-east-1/bedrock/"
		"aws4_request, SignedHeaders=host;x-amz-date, Signature=5d672d79"),
	    of("AKIDEXAMPLE"));
	ck_assert_uint_eq(of_header("authorization", "AWS4-HMAC-SHA256 Nothing"),
	    of("AWS4-HMAC-SHA256 Nothing"));
	ck_assert_uint_eq(of_header("authorization", "AWS4-HMAC-SHA256 Credential="), 0);
	stop();
}
END_TEST

START_TEST(sources_that_cannot_be_are_faults)
{
	static const char *const bad[] = { "", "query:", "two words", "a:b", "x\xC3\xA9",
		"query:a=b" };
	static const char *const many[IDENTITY_SOURCES_MOST + 1] = { 0 };
	struct fault fault;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_ptr_null(identity_new(&bad[i], 1, &fault));
	ck_assert_str_eq(fault.text, "\"query:a=b\" is neither a header's name nor query:NAME");
	ck_assert_ptr_null(identity_new(bad, 0, &fault));
	ck_assert_ptr_null(identity_new(many, IDENTITY_SOURCES_MOST + 1, &fault));
	ck_assert_str_eq(fault.text, "17 sources of accounts; there must be 1 to 16");
}
END_TEST

START_TEST(all_sixteen_sources_work)
{
	const char *names[IDENTITY_SOURCES_MOST];
	char text[IDENTITY_SOURCES_MOST][80];
	struct fault fault;

	start();
	identity_free(identity);
	for (int i = 0; i < IDENTITY_SOURCES_MOST; i++) {
		snprintf(text[i], sizeof(text[i]), "x-%0*d", 4 * i + 1, i);
		names[i] = text[i];
	}
	identity = identity_new(names, IDENTITY_SOURCES_MOST, &fault);
	identity_begin(&search, identity);
	for (int i = IDENTITY_SOURCES_MOST; i-- > 0;) {
		identity_offer_header(&search, bytes_of_text(text[i]), bytes_of_text(text[i]));
		ck_assert_uint_eq(identity_account(&search, hash), of(text[i]));
	}
	ck_assert_uint_eq(search.found, IDENTITY_SOURCES_MOST);
	stop();
}
END_TEST

UNIT_MAIN("identity", one_key_is_one_account_however_it_is_sent, no_credential_is_no_account,
    the_first_source_that_holds_one_wins_in_any_order_of_arrival,
    query_values_and_names_are_decoded, a_signature_leaves_only_its_access_key,
    sources_that_cannot_be_are_faults, all_sixteen_sources_work)
