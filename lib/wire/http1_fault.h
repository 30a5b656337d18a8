#ifndef WIRE_HTTP1_FAULT_H
#define WIRE_HTTP1_FAULT_H

/*
 * Everything that can be wrong with an HTTP/1 message: row(id, status, code, text). |status| is
 * what a client is answered before its connection is closed; a faulty response is a 502
 * whatever stands here. |code| is the stable word for logs and metrics, |text| is for a person.
 */
/* clang-format off */
#define HTTP1_FAULTS(row)								\
	row(NONE, 200, "none", "nothing is wrong")					\
	row(BARE_LF, 400, "bare_lf", "a line ends in LF without CR")			\
	row(BARE_CR, 400, "bare_cr", "a CR is not followed by LF")			\
	row(NUL, 400, "nul", "a NUL byte stands in the head")				\
	row(LEADING_BYTES, 400, "leading_bytes",					\
	    "too many empty lines before the message")					\
	row(REQUEST_LINE, 400, "request_line", "the request line is malformed")		\
	row(METHOD, 400, "method", "the method is not a token")				\
	row(CONNECT, 501, "connect", "CONNECT is not offered here")			\
	row(TARGET, 400, "target", "the request target is malformed")			\
	row(TARGET_TOO_LONG, 414, "target_too_long", "the request target is too long")	\
	row(VERSION, 505, "version", "only HTTP/1.0 and HTTP/1.1 are spoken here")	\
	row(PREFACE, 505, "preface", "HTTP/2 was begun where HTTP/1 is spoken")		\
	row(STATUS_LINE, 502, "status_line", "the status line is malformed")		\
	row(HEADER_NAME, 400, "header_name", "a header name is not a token")		\
	row(HEADER_VALUE, 400, "header_value", "a header value holds a control byte")	\
	row(SPACE_BEFORE_COLON, 400, "space_before_colon",				\
	    "space before a header's colon")						\
	row(FOLDED, 400, "folded", "a header line is folded")				\
	row(HEAD_TOO_LARGE, 431, "head_too_large", "the head is too large")		\
	row(TOO_MANY_HEADERS, 431, "too_many_headers", "too many headers")		\
	row(HOST_MISSING, 400, "host_missing", "Host is missing")			\
	row(HOST_REPEATED, 400, "host_repeated", "Host is given more than once")	\
	row(HOST_INVALID, 400, "host_invalid",						\
	    "Host is not a host with an optional port")					\
	row(HOST_DISAGREES, 400, "host_disagrees",					\
	    "Host and the request target disagree")					\
	row(CONNECTION, 400, "connection", "Connection is not a list of tokens")	\
	row(EXPECTATION, 417, "expectation", "only 100-continue can be expected")	\
	row(LENGTH, 400, "length", "Content-Length is not one decimal number")		\
	row(LENGTH_REPEATED, 400, "length_repeated",					\
	    "Content-Length is given more than once")					\
	row(LENGTH_AND_CODING, 400, "length_and_coding",				\
	    "both Content-Length and Transfer-Encoding are given")			\
	row(CODING, 400, "coding", "Transfer-Encoding is malformed")			\
	row(CODING_NOT_CHUNKED, 400, "coding_not_chunked",				\
	    "the last coding is not chunked")						\
	row(CODING_UNKNOWN, 501, "coding_unknown",					\
	    "a transfer coding other than chunked")					\
	row(CODING_IN_1_0, 400, "coding_in_1_0",					\
	    "Transfer-Encoding in an HTTP/1.0 message")					\
	row(CHUNK_SIZE, 400, "chunk_size", "a chunk size is malformed")			\
	row(CHUNK_EXTENSION, 400, "chunk_extension", "a chunk extension is malformed")	\
	row(CHUNK_EXTENSION_TOO_LONG, 400, "chunk_extension_too_long",			\
	    "a chunk's extensions are too long")					\
	row(CHUNK_END, 400, "chunk_end", "a chunk does not end where its size says")	\
	row(TRAILER_TOO_LARGE, 431, "trailer_too_large", "the trailers are too large")
/* clang-format on */

#define HTTP1_FAULT_ENUM(id, status, code, text) HTTP1_FAULT_##id,
enum http1_fault { HTTP1_FAULTS(HTTP1_FAULT_ENUM) HTTP1_FAULT_COUNT };
#undef HTTP1_FAULT_ENUM

/* The three columns of the row of |fault|. */
int http1_fault_status(enum http1_fault fault);
const char *http1_fault_code(enum http1_fault fault);
const char *http1_fault_text(enum http1_fault fault);

#endif
