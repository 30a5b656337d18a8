/*
 * The admin listener's door: who may ask what, and by which method. What the answers say is
 * written elsewhere. It must never answer with a secret, a credential or a word of a prompt,
 * and it must never block for a client: bodies, heads and time are bounded.
 */
#include "admin.h"

#include "admin_page.h"
#include "base/xalloc.h"
#include "control_inside.h"
#include "door.h"
#include "engine_thread.h"
#include "inherit.h"
#include "magic.h"
#include "store.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES     8192
#define BODY_BYTES     4096
#define CLIENT_SECONDS 30

struct admin {
	uint32_t magic;
	struct control *control;
	struct evhttp *http;
	bool is_unix;
	char *path; /* of a unix socket that we made and must remove */
	char name[DOOR_NAME_BYTES];
	char token[ADMIN_TOKEN_BYTES];      /* in force; "" = none */
	char next_token[ADMIN_TOKEN_BYTES]; /* of a configuration under way */
	struct event *answered;             /* the engine's thread has answers */
};

/* A request that waits for the engine's thread. libevent keeps a request whose client has gone
 * until it is replied to, so it may be held as long as the question is out. */
struct asking {
	struct question question; /* first: this is what comes back */
	struct evhttp_request *request;
	const struct admin_page *page;
};

static void answer_error(
    struct evhttp_request *request, int status, const char *reason, const char *words)
{
	struct evbuffer *body = evbuffer_new();

	evhttp_add_header(
	    evhttp_request_get_output_headers(request), "Content-Type", "application/json");
	evbuffer_add_printf(body, "{\"error\":\"%s\"}\n", words);
	evhttp_send_reply(request, status, reason, body);
	evbuffer_free(body);
}

/* Trust: the peer is whoever may open the socket's file, or knows the token. The time that a
 * wrong token takes says nothing about the right one but its length. */
static bool has_token(const struct admin *admin, struct evhttp_request *request)
{
	const char *said = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Authorization");
	size_t len = strlen(admin->token);

	if (!said || strncasecmp(said, "Bearer ", 7) != 0)
		return false;
	said += 7;
	return strlen(said) == len && CRYPTO_memcmp(said, admin->token, len) == 0;
}

/* False when the request was answered with why not. */
static bool may_change(const struct admin *admin, struct evhttp_request *request)
{
	if (admin->is_unix || (admin->token[0] && has_token(admin, request)))
		return true;
	if (!admin->token[0]) {
		answer_error(request, 403, "Forbidden",
		    "changes need admin.token in the configuration, or a unix socket");
		return false;
	}
	evhttp_add_header(
	    evhttp_request_get_output_headers(request), "WWW-Authenticate", "Bearer");
	answer_error(request, 401, "Unauthorized", "the token is missing or wrong");
	return false;
}

static void refuse_method(struct evhttp_request *request, const struct admin_page *page)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), "Allow",
	    page->is_change ? "POST" : "GET, HEAD");
	answer_error(request, 405, "Method Not Allowed", "not by this method");
}

static void send_page(struct evhttp_request *request, const struct admin_page *page, int status,
    const char *at, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();
	char length[24];

	evhttp_add_header(headers, "Content-Type", page->type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	if (page->policy)
		evhttp_add_header(headers, "Content-Security-Policy", page->policy);
	evutil_snprintf(length, sizeof(length), "%zu", len);
	evhttp_add_header(headers, "Content-Length", length);
	if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		evbuffer_add(body, at, len);
	evhttp_send_reply(request, status, status == 200 ? "OK" : NULL, body);
	evbuffer_free(body);
}

static bool is_id(const char *text, uint64_t *id)
{
	if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
		return false;
	*id = strtoull(text, NULL, 16);
	return true;
}

static void ask(struct admin *admin, struct evhttp_request *request,
    const struct admin_page *page, const char *tail)
{
	struct asking *asking;
	uint64_t id = 0;

	if (page->question != QUESTION_COHORTS && !is_id(tail, &id)) {
		answer_error(request, 404, "Not Found", "an id is 16 hex digits");
		return;
	}
	asking = xalloc(sizeof(*asking));
	asking->question = (struct question){ .kind = page->question,
		.id = id,
		.generation = admin->control->snapshot->generation,
		.is_shared = store_is_shared(admin->control->store) };
	asking->request = request;
	asking->page = page;
	engine_thread_ask(admin->control->engine, &asking->question);
}

/* Every question that came back, each once. */
static void send_answers(struct admin *admin)
{
	struct question *question, *next;

	for (question = engine_thread_answers(admin->control->engine); question;
	     question = next) {
		struct asking *asking = (struct asking *)question;

		next = question->next;
		send_page(asking->request, asking->page, question->status, question->text,
		    question->text_bytes);
		free(question->text);
		free(asking);
	}
}

static void on_answers(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	send_answers(magic_check(arg, MAGIC_ADMIN));
}

void admin_watch_answers(struct admin *admin)
{
	admin->answered = event_new(admin->control->base,
	    engine_thread_answered_fd(admin->control->engine), EV_READ | EV_PERSIST, on_answers,
	    admin);
	event_add(admin->answered, NULL);
}

/* The fields of a change may stand in its body, as a form sends them, or in the query. */
static void read_fields(struct evhttp_request *request, struct evkeyvalq *fields)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
	struct evbuffer *input = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(input);
	char body[BODY_BYTES + 1];

	if (len && len <= BODY_BYTES) {
		evbuffer_copyout(input, body, len);
		body[len] = '\0';
		evhttp_parse_query_str(body, fields);
	} else {
		evhttp_parse_query_str(query ? query : "", fields);
	}
}

static void serve(struct admin *admin, struct evhttp_request *request,
    const struct admin_page *page, const char *tail)
{
	struct evkeyvalq fields;
	const struct admin_call call = { tail, &fields };
	char *at = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&at, &len);
	int status;

	if (!out) {
		answer_error(request, 503, "Service Unavailable", "no memory");
		return;
	}
	read_fields(request, &fields);
	status = page->write(admin->control, &call, out);
	evhttp_clear_headers(&fields);
	fclose(out);
	send_page(request, page, status, at, len);
	free(at);
}

static void on_request(struct evhttp_request *request, void *arg)
{
	struct admin *admin = magic_check(arg, MAGIC_ADMIN);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	bool is_reading = method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD;
	const struct admin_page *page = path ? admin_page_find(path, !is_reading) : NULL;

	if (!page)
		answer_error(request, 404, "Not Found", "there is no such page");
	else if (page->is_change ? method != EVHTTP_REQ_POST : !is_reading)
		refuse_method(request, page);
	else if (page->question)
		ask(admin, request, page, path + strlen(page->path));
	else if (!page->is_change || may_change(admin, request))
		serve(admin, request, page, path + strlen(page->path));
}

static int open_socket(struct admin *admin, const struct config_address *address,
    struct inherit *inherit, struct fault *fault)
{
	int given = inherit_take(inherit, address), fd = given;

	if (given >= 0 ? door_adopt(given, &fd, 1, fault)
		       : door_open(address, false, &fd, 1, fault))
		return -1;
	if (given < 0 && address->path)
		admin->path = xalloc_text(address->path);
	admin->is_unix = address->path != NULL;
	door_name(fd, "http", admin->name);
	if (evhttp_accept_socket(admin->http, fd) == 0)
		return 0;
	close(fd);
	return fault_say(fault, "the listener cannot be watched");
}

static int open_http(struct admin *admin, struct inherit *inherit, struct fault *fault)
{
	const struct config *config = admin->control->booted;
	struct fault why;

	if (!config->admin.address.text)
		return 0;
	admin->http = evhttp_new(admin->control->base);
	if (!admin->http)
		return fault_say(fault, "no memory for the admin listener");
	evhttp_set_allowed_methods(admin->http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
		EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH);
	evhttp_set_max_headers_size(admin->http, HEAD_BYTES);
	evhttp_set_max_body_size(admin->http, BODY_BYTES);
	evhttp_set_timeout(admin->http, CLIENT_SECONDS);
	evhttp_set_gencb(admin->http, on_request, admin);
	if (open_socket(admin, &config->admin.address, inherit, &why) == 0)
		return 0;
	return config_say(fault, config, &config->admin.address, "admin.address: %s", why.text);
}

struct admin *admin_open(struct control *control, struct inherit *inherit, struct fault *fault)
{
	struct admin *admin = xalloc(sizeof(*admin));

	admin->magic = MAGIC_ADMIN;
	admin->control = control;
	if (admin_read_token(admin, control->booted, fault) ||
	    open_http(admin, inherit, fault)) {
		admin_close(admin);
		return NULL;
	}
	admin_adopt_token(admin);
	return admin;
}

void admin_close(struct admin *admin)
{
	if (!admin)
		return;
	if (admin->answered) {
		event_free(admin->answered);
		send_answers(admin);
	}
	if (admin->http)
		evhttp_free(admin->http);
	if (admin->path)
		unlink(admin->path);
	free(admin->path);
	explicit_bzero(admin, sizeof(*admin));
	free(admin);
}

const char *admin_name(const struct admin *admin)
{
	return admin->name;
}

int admin_read_token(struct admin *admin, const struct config *config, struct fault *fault)
{
	const struct config_secret *place = &config->admin.token;
	struct text token = text_in(admin->next_token, sizeof(admin->next_token) - 1);
	struct fault why;

	explicit_bzero(admin->next_token, sizeof(admin->next_token));
	if (!place->file && !place->env)
		return 0;
	if (config_secret_read(place, getenv, &token, &why) == 0) {
		token.at[token.len] = '\0';
		return 0;
	}
	return config_say(fault, config, place, "admin.token: %s", why.text);
}

void admin_adopt_token(struct admin *admin)
{
	memcpy(admin->token, admin->next_token, sizeof(admin->token));
	explicit_bzero(admin->next_token, sizeof(admin->next_token));
}
