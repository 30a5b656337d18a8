/*
 * The mock's HTTP heads and how bodies are delimited, right or wrong as the plan says.
 */
#include "framing.h"

enum framing framing_choose(const struct peer *peer, bool is_stream)
{
	switch (peer->answer.plan.behaviour) {
	case BEHAVIOUR_NO_LENGTH:
	case BEHAVIOUR_HTTP10:
		return FRAMING_CLOSE;
	case BEHAVIOUR_CHUNKED:
	case BEHAVIOUR_TRAILERS:
	case BEHAVIOUR_BAD_CHUNK:
		return FRAMING_CHUNKED;
	default:
		break;
	}
	if (bytes_equal(peer->request.version, BYTES("HTTP/1.0")))
		return is_stream ? FRAMING_CLOSE : FRAMING_LENGTH;
	return is_stream ? FRAMING_CHUNKED : FRAMING_LENGTH;
}

bool framing_stays_open(const struct peer *peer)
{
	return peer->answer.framing != FRAMING_CLOSE &&
	       peer->answer.plan.behaviour != BEHAVIOUR_EARLY_CLOSE &&
	       !bytes_start_with(peer->request.version, BYTES("HTTP/1.0")) &&
	       !request_has_token(&peer->request, "connection", "close");
}

static void add_extra_fields(struct pile *head, const struct peer *peer)
{
	const struct plan *plan = &peer->answer.plan;

	for (size_t i = 0; i < peer->request.field_count; i++) {
		const struct request_field *field = &peer->request.fields[i];

		if (!bytes_equal_nocase(field->name, BYTES("mock-reply-field")))
			continue;
		pile_add(head, field->value);
		pile_add_text(head, "\r\n");
	}
	if (plan->retry_after && (plan->status == 429 || plan->status >= 500))
		pile_add_format(head, "retry-after: %u\r\n", plan->retry_after);
	if (plan->behaviour == BEHAVIOUR_TWO_LENGTHS)
		pile_add_text(head, "content-length: 1\r\n");
	for (int i = 0; plan->behaviour == BEHAVIOUR_LONG_HEAD && i < 4096; i++)
		pile_add_format(head, "long-%04d: %050d\r\n", i, i);
}

struct pile *framing_start(struct peer *peer, const char *type, size_t len)
{
	struct pile *head = &peer->mock->head;
	const struct answer *answer = &peer->answer;
	unsigned status = answer->plan.status;

	pile_clear(head);
	if (answer->plan.behaviour == BEHAVIOUR_1XX)
		pile_add_text(head, "HTTP/1.1 103 Early Hints\r\nlink: </hint>\r\n\r\n");
	pile_add_format(head, "HTTP/1.%d %u Mock\r\ncontent-type: %s\r\n",
	    answer->plan.behaviour == BEHAVIOUR_HTTP10 ? 0 : 1, status, type);
	dialect_add_fields(head, dialect_family(&peer->request), answer->reply.number);
	if (answer->framing == FRAMING_CHUNKED)
		pile_add_text(head, "transfer-encoding: chunked\r\n");
	else if (answer->framing == FRAMING_LENGTH && status != 204 && status != 304)
		pile_add_format(head, "content-length: %zu\r\n", len);
	if (answer->plan.behaviour == BEHAVIOUR_TRAILERS)
		pile_add_text(head, "trailer: mock-trailer\r\n");
	if (!framing_stays_open(peer))
		pile_add_text(head, "connection: close\r\n");
	add_extra_fields(head, peer);
	pile_add_text(head, "\r\n");
	return head;
}

void framing_add_chunk(struct pile *pile, const struct answer *answer, struct bytes b)
{
	if (answer->framing != FRAMING_CHUNKED) {
		pile_add(pile, b);
		return;
	}
	if (answer->plan.behaviour == BEHAVIOUR_BAD_CHUNK)
		pile_add_text(pile, "zz\r\n");
	else
		pile_add_format(pile, "%zx\r\n", b.len);
	pile_add(pile, b);
	pile_add_text(pile, "\r\n");
}

void framing_add_end(struct pile *pile, const struct answer *answer)
{
	if (answer->framing != FRAMING_CHUNKED)
		return;
	pile_add_text(pile, answer->plan.behaviour == BEHAVIOUR_TRAILERS
				? "0\r\nmock-trailer: dripped\r\n\r\n"
				: "0\r\n\r\n");
}
