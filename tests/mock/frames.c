/*
 * The WebSocket echo of the realtime endpoint (RFC 6455). Frames return one by one with their
 * FIN and opcode, so that fragments stay fragments.
 */
#include "frames.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#define FRAMES_TEXT_MAX (16u << 20)

enum opcode { OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

struct frame {
	unsigned char first; /* FIN, RSV, opcode */
	const unsigned char *mask;
	uint64_t len;
	size_t head_bytes;
};

bool frames_wanted(const struct request *request)
{
	return bytes_start_with(request->target, BYTES("/v1/realtime")) &&
	       request_has_token(request, "upgrade", "websocket") &&
	       request_has_token(request, "connection", "upgrade") &&
	       request_field(request, "sec-websocket-key").len;
}

void frames_accept(struct peer *peer)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	struct bytes offered = request_field(&peer->request, "sec-websocket-protocol");
	struct pile *head = &peer->mock->head;
	unsigned char digest[SHA_DIGEST_LENGTH];
	unsigned char accept[32];

	pile_clear(head);
	pile_add(head, request_field(&peer->request, "sec-websocket-key"));
	pile_add_text(head, guid);
	SHA1((const unsigned char *)pile_bytes(head).at, head->len, digest);
	EVP_EncodeBlock(accept, digest, sizeof(digest));
	pile_clear(head);
	pile_add_format(head,
	    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
	    "connection: Upgrade\r\nsec-websocket-accept: %s\r\n",
	    (const char *)accept);
	if (offered.len) {
		pile_add_text(head, "sec-websocket-protocol: ");
		pile_add(head, bytes_trim(bytes_split(&offered, ',')));
		pile_add_text(head, "\r\n");
	}
	pile_add_text(head, "\r\n");
	peer_turn(peer, PEER_SOCKET);
	peer_send(peer, pile_bytes(head));
}

/* False when the head of a frame is not whole yet. */
static bool read_frame(struct bytes in, struct frame *frame)
{
	const unsigned char *at = (const unsigned char *)in.at;
	size_t extra;

	if (in.len < 2)
		return false;
	frame->first = at[0];
	frame->len = at[1] & 0x7F;
	extra = frame->len == 127 ? 8 : frame->len == 126 ? 2 : 0;
	frame->head_bytes = 2 + extra + (at[1] & 0x80 ? 4 : 0);
	if (in.len < frame->head_bytes)
		return false;
	if (extra)
		frame->len = 0;
	for (size_t i = 0; i < extra; i++)
		frame->len = frame->len << 8 | at[2 + i];
	frame->mask = at[1] & 0x80 ? at + 2 + extra : NULL;
	return true;
}

static void echo_frame(struct peer *peer, const struct frame *frame, struct bytes text)
{
	struct pile *page = &peer->mock->page;
	unsigned char head[10] = { frame->first, (unsigned char)frame->len };
	size_t extra = frame->len > 0xFFFF ? 8 : frame->len > 125 ? 2 : 0;

	if ((frame->first & 0x0F) == OPCODE_PING)
		head[0] = (unsigned char)((frame->first & 0xF0) | OPCODE_PONG);
	if (extra)
		head[1] = extra == 8 ? 127 : 126;
	for (size_t i = 0; i < extra; i++)
		head[2 + i] = (unsigned char)(frame->len >> (8 * (extra - 1 - i)));
	pile_clear(page);
	pile_add(page, bytes_of(head, 2 + extra));
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (frame->mask)
			c = (char)(c ^ frame->mask[i % 4]);
		pile_add(page, bytes_of(&c, 1));
	}
	peer_send(peer, pile_bytes(page));
}

void frames_take(struct peer *peer, struct bytes *in)
{
	struct frame frame;

	while (peer->state == PEER_SOCKET && read_frame(*in, &frame)) {
		if (frame.len > FRAMES_TEXT_MAX) {
			peer_turn(peer, PEER_RESETS);
			return;
		}
		if (in->len < frame.head_bytes + frame.len)
			return;
		if ((frame.first & 0x0F) != OPCODE_PONG)
			echo_frame(peer, &frame,
			    bytes_of(in->at + frame.head_bytes, (size_t)frame.len));
		*in = bytes_of(in->at + frame.head_bytes + frame.len,
		    in->len - frame.head_bytes - (size_t)frame.len);
		if ((frame.first & 0x0F) == OPCODE_CLOSE)
			peer_turn(peer, PEER_LEAVES);
	}
}
