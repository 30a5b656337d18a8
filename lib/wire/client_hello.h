#ifndef WIRE_CLIENT_HELLO_H
#define WIRE_CLIENT_HELLO_H

#include "base/bytes.h"

/*
 * A raw TLS ClientHello, as the client sent it: every list in wire order, GREASE values kept
 * (ask |client_hello_is_grease| and drop them). Source: RFC 8446 §4.1.2, RFC 5246 §7.4.1.2,
 * RFC 8701.
 *
 * The caps are several times what real clients send (the longest captured ones: 344 ciphers of
 * a scanner, 18 extensions, 13 groups, 23 signature algorithms). A message beyond a cap is
 * CLIENT_HELLO_EXCESS: it has no fingerprint, rather than one of a part of it.
 */
#define CLIENT_HELLO_BYTES           65536 /* of the whole message */
#define CLIENT_HELLO_CIPHERS         512
#define CLIENT_HELLO_EXTENSIONS      128
#define CLIENT_HELLO_GROUPS          128
#define CLIENT_HELLO_SIGNATURES      128
#define CLIENT_HELLO_VERSIONS        64
#define CLIENT_HELLO_FORMATS         64
#define CLIENT_HELLO_ALPN            32

/* Extension types that are read here (IANA, TLS ExtensionType Values). */
#define CLIENT_HELLO_EXT_SERVER_NAME 0
#define CLIENT_HELLO_EXT_GROUPS      10
#define CLIENT_HELLO_EXT_FORMATS     11
#define CLIENT_HELLO_EXT_SIGNATURES  13
#define CLIENT_HELLO_EXT_ALPN        16
#define CLIENT_HELLO_EXT_TICKET      35
#define CLIENT_HELLO_EXT_PRE_SHARED  41
#define CLIENT_HELLO_EXT_VERSIONS    43

enum client_hello_result {
	CLIENT_HELLO_ABSENT, /* no bytes: clear text, or none were captured */
	CLIENT_HELLO_OK,
	CLIENT_HELLO_MALFORMED, /* not a ClientHello, or a length in it lies */
	CLIENT_HELLO_EXCESS,    /* well formed so far, but beyond a cap */
	CLIENT_HELLO_COUNT
};

struct client_hello {
	uint16_t legacy_version;
	uint16_t cipher_count, extension_count, group_count, signature_count, version_count,
	    format_count, alpn_count;
	bool has_extensions;  /* the block itself, which SSL 3 clients leave out */
	bool has_server_name; /* the extension; |server_name| may still be empty */
	bool is_resuming;     /* a pre-shared key or a non-empty session ticket is offered */
	bool has_grease;      /* anywhere in the lists below */
	struct bytes server_name;             /* first host_name; borrows the message */
	struct bytes alpn[CLIENT_HELLO_ALPN]; /* borrow the message */
	uint16_t ciphers[CLIENT_HELLO_CIPHERS];
	uint16_t extensions[CLIENT_HELLO_EXTENSIONS];
	uint16_t groups[CLIENT_HELLO_GROUPS];
	uint16_t signatures[CLIENT_HELLO_SIGNATURES];
	uint16_t versions[CLIENT_HELLO_VERSIONS]; /* of supported_versions */
	uint8_t formats[CLIENT_HELLO_FORMATS];    /* of ec_point_formats */
};

/* Whether |value| is one of the sixteen reserved 0x?A?A values of RFC 8701. */
static inline bool client_hello_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/*
 * Reads one whole ClientHello into |hello|, which borrows |message|. The message begins with
 * the handshake header (type 1 and a 24-bit length), as SSL_CTX_set_msg_callback gives it; a
 * bare body, beginning with its version (0x03), is read as well. Records, DTLS and the SSLv2
 * form are MALFORMED. Lists that repeat (two supported_groups) are MALFORMED too, since no
 * server accepts them; repeated unknown extensions are kept. Only for OK is |hello| complete.
 */
enum client_hello_result client_hello_parse(struct bytes message, struct client_hello *hello);

/* The result in a word, for logs and metric labels. */
const char *client_hello_word(enum client_hello_result result);

#endif
