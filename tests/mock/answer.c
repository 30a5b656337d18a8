/*
 * From a request to what goes out: chooses the endpoint, keeps to the plan, breaks the rules
 * where the plan says so.
 */
#include "answer.h"

#include "echo.h"
#include "frames.h"
#include "framing.h"

#include <xxhash.h>

/* Misbehaviours that cut an answer: where, and how the connection then ends. */
static const struct cut {
	bool is_cut, is_at_end;
	enum peer_state then;
} cuts[BEHAVIOUR_COUNT] = {
	[BEHAVIOUR_CLOSE_MID] = { true, false, PEER_LEAVES },
	[BEHAVIOUR_RESET_MID] = { true, false, PEER_RESETS },
	[BEHAVIOUR_STALL] = { true, false, PEER_HANGS },
	[BEHAVIOUR_TRUNCATE] = { true, true, PEER_LEAVES },
};

static struct bytes path_of(const struct peer *peer)
{
	struct bytes target = peer->request.target;

	return bytes_split(&target, '?');
}

static bool is_early(const struct peer *peer)
{
	return peer->answer.plan.behaviour == BEHAVIOUR_EARLY ||
	       peer->answer.plan.behaviour == BEHAVIOUR_EARLY_CLOSE;
}

static bool is_echo(const struct peer *peer)
{
	return peer->answer.plan.behaviour == BEHAVIOUR_ECHO ||
	       bytes_equal(path_of(peer), BYTES("/echo"));
}

/* The answer went out to its end. */
static void end_answer(struct peer *peer)
{
	const struct cut *cut = &cuts[peer->answer.plan.behaviour];

	if (peer->state == PEER_GONE)
		return;
	peer->mock->counts.whole += !cut->is_cut;
	echo_log_end(peer, cut->is_cut ? "cut" : "whole");
	if (cut->is_cut) {
		peer_turn(peer, cut->then);
		return;
	}
	if (!framing_stays_open(peer)) {
		peer_turn(peer, PEER_LEAVES);
		return;
	}
	peer_turn(peer, PEER_READS);
	if (peer->request.part == REQUEST_AT_END) { /* else the rest of it is still to come */
		request_reset(&peer->request);
		peer->answer.is_begun = peer->answer.is_told = false;
	}
}

/* Sends |mock->page| as the whole body. */
static void tell_page(struct peer *peer, const char *type)
{
	struct bytes body = pile_bytes(&peer->mock->page);
	struct answer *answer = &peer->answer;
	const struct cut *cut = &cuts[answer->plan.behaviour];
	bool is_bare = answer->plan.status == 204 || answer->plan.status == 304 ||
		       bytes_equal(peer->request.method, BYTES("HEAD"));
	struct pile *head;

	answer->framing = is_bare ? FRAMING_LENGTH : framing_choose(peer, false);
	head = framing_start(peer, type, body.len);
	if (is_bare)
		body.len = 0;
	if (cut->is_cut && body.len)
		body.len = cut->is_at_end ? body.len - 1 : body.len / 2;
	while (answer->framing == FRAMING_CHUNKED && body.len > 1024) {
		framing_add_chunk(head, answer, bytes_of(body.at, 1024));
		body = bytes_of(body.at + 1024, body.len - 1024);
	}
	if (body.len)
		framing_add_chunk(head, answer, body);
	if (!cut->is_cut)
		framing_add_end(head, answer);
	peer_send(peer, pile_bytes(head));
	end_answer(peer);
}

/* Makes the body of a dialect exactly |reply_bytes| long where that is possible. */
static void tell_whole(struct peer *peer)
{
	const struct answer *answer = &peer->answer;
	struct pile *page = &peer->mock->page;
	struct reply reply = answer->reply;

	reply.text_bytes = answer->plan.reply_bytes ? 1 : 0;
	answer->dialect->add_whole(page, &reply);
	if (page->len < answer->plan.reply_bytes) {
		reply.text_bytes += answer->plan.reply_bytes - (unsigned)page->len;
		pile_clear(page);
		answer->dialect->add_whole(page, &reply);
	}
	tell_page(peer, "application/json");
}

static void tell_error(struct peer *peer)
{
	dialect_add_error(&peer->mock->page, dialect_family(&peer->request),
	    peer->answer.plan.status, peer->answer.reply.number);
	tell_page(peer, "application/json");
}

static void tell_stream(struct peer *peer)
{
	struct answer *answer = &peer->answer;

	answer->framing = framing_choose(peer, true);
	peer_turn(peer, PEER_STREAMS);
	peer_send(peer, pile_bytes(framing_start(peer, "text/event-stream; charset=utf-8", 0)));
	if (!peer->out.len)
		peer_after(peer, answer->plan.pace_ms);
}

/* The misbehaviours that leave HTTP altogether. */
static bool tell_nothing(struct peer *peer)
{
	switch (peer->answer.plan.behaviour) {
	case BEHAVIOUR_HANG:
		peer_turn(peer, PEER_HANGS);
		return true;
	case BEHAVIOUR_RESET:
		peer_turn(peer, PEER_RESETS);
		return true;
	case BEHAVIOUR_CLOSE:
		peer_turn(peer, PEER_LEAVES);
		return true;
	case BEHAVIOUR_GARBAGE:
		peer_send(peer, BYTES("\x16\x03\x01\xff\0\r\n\r\nnot HTTP at all\r\n\r\n"));
		peer_turn(peer, PEER_LEAVES);
		return true;
	default:
		return false;
	}
}

/* The body is read: what it asks for. */
static void know_reply(struct peer *peer)
{
	const struct request *request = &peer->request;
	const struct plan *plan = &peer->answer.plan;
	struct reply *reply = &peer->answer.reply;
	struct bytes model = request_member(request, "model");

	if (peer->answer.dialect->family == FAMILY_GOOGLE) {
		model = path_of(peer);
		model.at += strlen("/v1beta/models/");
		model.len -= strlen("/v1beta/models/");
		model = bytes_split(&model, ':');
	} else if (model.len >= 2 && model.at[0] == '"') {
		model = bytes_of(model.at + 1, model.len - 2);
	} else {
		model = BYTES("mock-large");
	}
	pile_clear(&peer->model);
	pile_add(&peer->model, model);
	reply->model = pile_bytes(&peer->model);
	reply->is_stream = peer->answer.dialect->is_always_stream ||
			   (peer->answer.dialect->add_event &&
			       bytes_equal(request_member(request, "stream"), BYTES("true")));
	reply->wants_usage = bytes_equal(
	    request_member_in(request_member(request, "stream_options"), "include_usage"),
	    BYTES("true"));
	reply->events = plan->events;
	reply->text_bytes = plan->reply_bytes;
	reply->input_tokens = plan->input_tokens ? plan->input_tokens
						 : (unsigned)(request->body_bytes / 4 + 1);
	reply->output_tokens = plan->output_tokens ? plan->output_tokens : plan->events;
}

static void tell(struct peer *peer)
{
	struct answer *answer = &peer->answer;

	answer->is_told = true;
	answer->step = 0;
	pile_clear(&peer->mock->page);
	answer->dialect = dialect_of(&peer->request);
	if (tell_nothing(peer))
		return;
	if (bytes_equal(path_of(peer), BYTES("/mock/stats"))) {
		echo_add_stats(&peer->mock->page, &peer->mock->counts);
		tell_page(peer, "application/json");
		return;
	}
	if (is_echo(peer)) {
		echo_add(&peer->mock->page, peer);
		tell_page(peer, "application/json");
		return;
	}
	if (frames_wanted(&peer->request) && answer->plan.status == 200) {
		frames_accept(peer);
		return;
	}
	if (!answer->dialect && answer->plan.status == 200)
		answer->plan.status = 404;
	if (answer->plan.status != 200) {
		tell_error(peer);
		return;
	}
	know_reply(peer);
	if (answer->reply.is_stream)
		tell_stream(peer);
	else
		tell_whole(peer);
}

/* Whether this request is one of the first of its key, which are to fail. */
static bool fails_first(struct peer *peer)
{
	const struct plan *plan = &peer->answer.plan;
	struct bytes key = request_field(&peer->request, "mock-key");
	uint64_t hash = XXH3_64bits(key.at ? key.at : "", key.len);
	struct mock_key *slot = &peer->mock->keys[hash % MOCK_KEYS];

	if (!plan->fail_first)
		return false;
	if (slot->hash != hash)
		*slot = (struct mock_key){ .hash = hash };
	return slot->seen++ < plan->fail_first;
}

void answer_begin(struct peer *peer)
{
	struct mock *mock = peer->mock;
	struct answer *answer = &peer->answer;

	*answer = (struct answer){ .is_begun = true };
	answer->plan = plan_of(&mock->defaults, &peer->request);
	answer->reply.number = ++mock->counts.requests;
	if (fails_first(peer) ||
	    (answer->plan.fail_every && answer->reply.number % answer->plan.fail_every == 0))
		answer->plan.status = answer->plan.fail_status;
	if (mock->log || is_echo(peer)) {
		peer->request.digest = EVP_MD_CTX_new();
		EVP_DigestInit_ex(peer->request.digest, EVP_sha256(), NULL);
	}
	if (request_has_token(&peer->request, "expect", "100-continue") && !is_early(peer) &&
	    answer->plan.behaviour != BEHAVIOUR_NO_CONTINUE)
		peer_send(peer, BYTES("HTTP/1.1 100 Continue\r\n\r\n"));
	if (answer->plan.read_after_ms) {
		peer_stop_reading(peer);
		peer_after(peer, answer->plan.read_after_ms);
	}
	if (is_early(peer))
		tell(peer);
}

void answer_ready(struct peer *peer)
{
	echo_log_request(peer);
	if (peer->answer.is_told) { /* early: that was the rest of the body */
		request_reset(&peer->request);
		peer->answer.is_begun = peer->answer.is_told = false;
	} else if (peer->answer.plan.delay_ms) {
		peer_turn(peer, PEER_WAITS);
		peer_after(peer, peer->answer.plan.delay_ms);
	} else {
		tell(peer);
	}
}

static void send_event(struct peer *peer)
{
	const struct answer *answer = &peer->answer;
	struct pile *head = &peer->mock->head;
	struct bytes event = pile_bytes(&peer->mock->page);
	size_t each = answer->plan.split_bytes ? answer->plan.split_bytes : event.len;

	while (event.len) {
		size_t len = event.len < each ? event.len : each;

		pile_clear(head);
		framing_add_chunk(head, answer, bytes_of(event.at, len));
		peer_send(peer, pile_bytes(head));
		event = bytes_of(event.at + len, event.len - len);
	}
	peer->mock->counts.events++;
}

static void step_stream(struct peer *peer)
{
	struct answer *answer = &peer->answer;
	const struct cut *cut = &cuts[answer->plan.behaviour];
	struct pile *page = &peer->mock->page;
	unsigned step = answer->step++;
	bool is_half = cut->is_cut && !cut->is_at_end && step > answer->reply.events / 2;

	pile_clear(page);
	if (!is_half && answer->dialect->add_event(page, &answer->reply, step)) {
		send_event(peer);
		if (!peer->out.len)
			peer_after(peer, answer->plan.pace_ms);
		return;
	}
	pile_clear(page);
	if (!cut->is_cut)
		framing_add_end(page, answer);
	peer_send(peer, pile_bytes(page));
	end_answer(peer);
}

void answer_step(struct peer *peer)
{
	if (peer->state == PEER_WAITS) {
		peer_turn(peer, PEER_READS);
		tell(peer);
	} else if (peer->state == PEER_STREAMS) {
		step_stream(peer);
	}
}

void answer_abandon(struct peer *peer)
{
	bool is_open = peer->state == PEER_WAITS || peer->state == PEER_STREAMS ||
		       peer->state == PEER_HANGS || peer->out.len;

	if (!is_open && !(peer->state == PEER_READS && peer->answer.is_begun))
		return;
	peer->mock->counts.gone++;
	echo_log_end(peer, "gone");
}
