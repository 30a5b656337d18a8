/*
 * The faults of HTTP/1 as rows; nothing here decides when one of them is met.
 */
#include "wire/http1_fault.h"

#define FAULT_ROW(id, number, word, sentence) [HTTP1_FAULT_##id] = { number, word, sentence },
static const struct {
	int status;
	const char *code, *text;
} faults[HTTP1_FAULT_COUNT] = { HTTP1_FAULTS(FAULT_ROW) };

int http1_fault_status(enum http1_fault fault)
{
	return faults[fault].status;
}

const char *http1_fault_code(enum http1_fault fault)
{
	return faults[fault].code;
}

const char *http1_fault_text(enum http1_fault fault)
{
	return faults[fault].text;
}
