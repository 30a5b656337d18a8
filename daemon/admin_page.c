/*
 * What the admin listener's pages say. Everything is read from where it is counted; nothing is
 * kept here. No page names an account, an address of a client or a hash.
 */
#include "admin_page.h"

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

static int write_livez(struct control *control, FILE *out)
{
	(void)control;
	fputs("alive\n", out);
	return 200;
}

/* A store that is not reached is told and never makes us unready: requests do not wait for it,
 * and a fleet that loses its Redis must not lose its proxies too. */
static int write_readyz(struct control *control, FILE *out)
{
	bool is_ready = control->state == CONTROL_STATE_READY;

	fprintf(out, "{\"ready\":%s,\"state\":\"%s\",\"store\":\"%s\"}\n",
	    is_ready ? "true" : "false", control_state_name(control->state),
	    store_is_shared(control->store) ? "shared" : "local");
	return is_ready ? 200 : 503;
}

static int write_metrics(struct control *control, FILE *out)
{
	stats_write_metrics(control, out);
	return 200;
}

static int write_stats(struct control *control, FILE *out)
{
	stats_write_json(control, out);
	return 200;
}

static int write_config(struct control *control, FILE *out)
{
	config_print(control->snapshot->config, out);
	return 200;
}

static int write_reload(struct control *control, FILE *out)
{
	struct reload_outcome *outcome = xalloc(sizeof(*outcome));
	int status;

	reload_now(control, outcome);
	reload_write_json(outcome, out);
	status = outcome->is_done ? 200 : 422;
	free(outcome);
	return status;
}

static int write_drain(struct control *control, FILE *out)
{
	if (control->state == CONTROL_STATE_READY)
		control_drain(control);
	fprintf(out, "{\"state\":\"%s\"}\n", control_state_name(control->state));
	return 200;
}

static int write_page(struct control *control, FILE *out)
{
	(void)control;
	fwrite(page_html, 1, page_html_bytes, out);
	return 200;
}

static const struct admin_page PAGES[] = {
	{ "/livez", TEXT, NULL, false, write_livez },
	{ "/readyz", JSON, NULL, false, write_readyz },
	{ "/metrics", "text/plain; version=0.0.4; charset=utf-8", NULL, false, write_metrics },
	{ "/stats", JSON, NULL, false, write_stats },
	{ "/config", "application/yaml", NULL, false, write_config },
	{ "/reload", JSON, NULL, true, write_reload },
	{ "/drain", JSON, NULL, true, write_drain },
	{ "/", "text/html; charset=utf-8",
	    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
	    "connect-src 'self'; frame-ancestors 'none'",
	    false, write_page },
};

const struct admin_page *admin_page_find(const char *path)
{
	for (size_t i = 0; i < sizeof(PAGES) / sizeof(*PAGES); i++)
		if (strcmp(path, PAGES[i].path) == 0)
			return &PAGES[i];
	return NULL;
}
