#ifndef BODIES_H
#define BODIES_H

#include "base/text.h"

/* Request bodies of the sizes that the figures are given for, as SDKs write them. */

/* A chat: a system text, a few turns of prose with line breaks and quotes, a long last turn;
 * about |bytes| long. */
struct bytes bodies_chat(size_t bytes);

/* A conversation of many turns of 1.5 KB, as bench_load sends it; about |bytes| long. */
struct bytes bodies_talk(size_t bytes);

/* An agent's turn: tool schemas, a long system text, tool calls and results full of source code
 * (an escape every few words); about |bytes| long. Anthropic's dialect. */
struct bytes bodies_agent(size_t bytes);

#endif
