/*
 * What the admin listener's pages say. Everything is read from where it is counted; nothing is
 * kept here. No page names a credential, an address of a client or a word of a prompt; keyed
 * hashes stand only where one was asked for.
 */
#include "admin_page.h"

#include "admin_change.h"
#include "base/xalloc.h"
#include "control_inside.h"
#include "page_html.h"
#include "reload.h"
#include "stats.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

static int write_livez(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	(void)control;
	fputs("alive\n", out);
	return 200;
}

/* A store that is not reached is told and never makes us unready: requests do not wait for it,
 * and a fleet that loses its Redis must not lose its proxies too. */
static int write_readyz(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	bool is_ready = control->state == CONTROL_STATE_READY;

	fprintf(out, "{\"ready\":%s,\"state\":\"%s\",\"store\":\"%s\"}\n",
	    is_ready ? "true" : "false", control_state_name(control->state),
	    store_is_shared(control->store) ? "shared" : "local");
	return is_ready ? 200 : 503;
}

static int write_metrics(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	stats_write_metrics(control, out);
	return 200;
}

static int write_stats(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	stats_write_json(control, out);
	return 200;
}

static int write_config(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	config_print(control->snapshot->config, out);
	return 200;
}

static int write_reload(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	struct reload_outcome *outcome = xalloc(sizeof(*outcome));
	int status;

	reload_now(control, outcome);
	reload_write_json(outcome, out);
	status = outcome->is_done ? 200 : 422;
	free(outcome);
	return status;
}

static int write_drain(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	if (control->state == CONTROL_STATE_READY)
		control_drain(control);
	fprintf(out, "{\"state\":\"%s\"}\n", control_state_name(control->state));
	return 200;
}

static int write_page(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	(void)control;
	fwrite(page_html, 1, page_html_bytes, out);
	return 200;
}

static const struct admin_page PAGES[] = {
	{ "/livez", TEXT, NULL, false, write_livez, 0 },
	{ "/readyz", JSON, NULL, false, write_readyz, 0 },
	{ "/metrics", "text/plain; version=0.0.4; charset=utf-8", NULL, false, write_metrics,
	    0 },
	{ "/stats", JSON, NULL, false, write_stats, 0 },
	{ "/config", "application/yaml", NULL, false, write_config, 0 },
	{ "/cohorts", JSON, NULL, false, NULL, QUESTION_COHORTS },
	{ "/cohorts/", JSON, NULL, false, NULL, QUESTION_COHORT },
	{ "/explain/", JSON, NULL, false, NULL, QUESTION_EXPLAIN },
	{ "/lists", JSON, NULL, false, admin_change_show_lists, 0 },
	{ "/lists", JSON, NULL, true, admin_change_lists, 0 },
	{ "/mode", JSON, NULL, true, admin_change_mode, 0 },
	{ "/reload", JSON, NULL, true, write_reload, 0 },
	{ "/drain", JSON, NULL, true, write_drain, 0 },
	{ "/", "text/html; charset=utf-8",
	    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
	    "connect-src 'self'; frame-ancestors 'none'",
	    false, write_page, 0 },
};

/* A path that ends in '/' is the head of others, but for the root. */
static bool is_at(const struct admin_page *page, const char *path)
{
	size_t len = strlen(page->path);

	if (len > 1 && page->path[len - 1] == '/')
		return strncmp(path, page->path, len) == 0 && path[len];
	return strcmp(path, page->path) == 0;
}

const struct admin_page *admin_page_find(const char *path, bool is_change)
{
	const struct admin_page *found = NULL;

	for (size_t i = 0; i < sizeof(PAGES) / sizeof(*PAGES); i++) {
		if (!is_at(&PAGES[i], path))
			continue;
		if (!found || PAGES[i].is_change == is_change)
			found = &PAGES[i];
	}
	return found;
}
