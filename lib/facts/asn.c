/*
 * Network numbers from a mapped database. The file is the operator's, but it may be cut or
 * corrupt: then an address is unknown, and nothing worse.
 */
#include "facts/asn.h"

#include "base/xalloc.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>

struct asn_table {
	MMDB_s database;
};

/* GeoLite2-ASN, DBIP-ASN-Lite, …-isp: all who know the field call it one of the two. */
static bool is_of_networks(const char *type)
{
	return type && (strcasestr(type, "asn") || strcasestr(type, "isp"));
}

struct asn_table *asn_open(const char *path, struct fault *fault)
{
	struct asn_table *table = xalloc(sizeof(*table));
	int error = MMDB_open(path, MMDB_MODE_MMAP, &table->database);
	const char *type;

	if (error != MMDB_SUCCESS) {
		fault_say_at(fault, path, 0, 0, "cannot open the ASN database: %s",
		    error == MMDB_IO_ERROR || error == MMDB_FILE_OPEN_ERROR
			? "it cannot be read"
			: MMDB_strerror(error));
		free(table);
		return NULL;
	}
	type = table->database.metadata.database_type;
	if (!is_of_networks(type)) {
		fault_say_at(fault, path, 0, 0, "a database of type \"%.60s\" has no ASNs",
		    type ? type : "");
		asn_close(table);
		return NULL;
	}
	return table;
}

void asn_close(struct asn_table *table)
{
	if (!table)
		return;
	MMDB_close(&table->database);
	free(table);
}

static MMDB_lookup_result_s find(const struct asn_table *table, const struct address *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = address->family == ADDRESS_V4;
	MMDB_lookup_result_s none = { 0 }, result;
	int error;

	if (!table || address->family == ADDRESS_NONE)
		return none;
	memcpy(&v4.sin_addr, address->at + 12, 4);
	memcpy(&v6.sin6_addr, address->at, 16);
	result = MMDB_lookup_sockaddr(&table->database,
	    is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6, &error);
	return error == MMDB_SUCCESS ? result : none;
}

/* The first of |names| that the entry holds as |type|. */
static bool find_value(MMDB_lookup_result_s *result, const char *const names[2], uint32_t type,
    MMDB_entry_data_s *value)
{
	for (int i = 0; i < 2 && result->found_entry; i++)
		if (MMDB_get_value(&result->entry, value, names[i], NULL) == MMDB_SUCCESS &&
		    value->has_data && value->type == type)
			return true;
	return false;
}

uint32_t asn_number(const struct asn_table *table, const struct address *address)
{
	static const char *const names[2] = { "autonomous_system_number", "asn" };
	MMDB_lookup_result_s result = find(table, address);
	MMDB_entry_data_s value;
	uint64_t number;

	if (find_value(&result, names, MMDB_DATA_TYPE_UINT32, &value))
		return value.uint32;
	/* IPinfo writes "AS64496". */
	if (!find_value(&result, names, MMDB_DATA_TYPE_UTF8_STRING, &value) ||
	    value.data_size < 3 || value.utf8_string[0] != 'A' || value.utf8_string[1] != 'S' ||
	    !bytes_to_number(bytes_of(value.utf8_string + 2, value.data_size - 2), &number) ||
	    number > UINT32_MAX)
		return 0;
	return (uint32_t)number;
}

struct bytes asn_name(const struct asn_table *table, const struct address *address)
{
	static const char *const names[2] = { "autonomous_system_organization", "name" };
	MMDB_lookup_result_s result = find(table, address);
	MMDB_entry_data_s value;

	if (!find_value(&result, names, MMDB_DATA_TYPE_UTF8_STRING, &value))
		return bytes_of(NULL, 0);
	return bytes_of(value.utf8_string,
	    value.data_size < ASN_NAME_MOST ? value.data_size : ASN_NAME_MOST);
}

const char *asn_type(const struct asn_table *table)
{
	return table->database.metadata.database_type;
}

uint64_t asn_built_at(const struct asn_table *table)
{
	return table->database.metadata.build_epoch;
}
