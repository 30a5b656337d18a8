/*
 * The memory of one account: running numbers only, never a list, so that it has the same size
 * for the lightest and the heaviest user.
 */
#include "cohort/account.h"

#include <math.h>

#define FORGET 0.05f /* weight of the newest gap */

static void count(uint16_t *counter, bool is_one)
{
	if (is_one && *counter < UINT16_MAX)
		(*counter)++;
}

unsigned account_exits_today(const struct account *account)
{
	int free_bits = 32 - __builtin_popcount(account->exits_today);

	if (free_bits == 32)
		return 0;
	return (unsigned)lrintf(32.0f * logf(32.0f / (free_bits ? (float)free_bits : 0.5f)));
}

static void see_exit(struct account *account, const struct facts *facts, uint32_t now_s)
{
	uint16_t day = (uint16_t)(now_s / 86400);
	uint32_t exit = tag_of(facts->prefix), bit;

	if (!exit)
		return;
	bit = 1u << (exit * 0x9e3779b1u >> 27);
	if (day != account->exit_day) {
		account->exit_day = day;
		account->exits_today = 0;
	}
	account->exits_today |= bit;
	account->exit = exit;
}

static void see_gap(struct account *account, const struct facts *facts)
{
	int64_t last_us = (int64_t)account->last_s * 1000000 + account->last_ms * 1000;
	float gap_s = (float)(facts->at_us - last_us) / 1e6f, ln, off;

	if (!account->exchanges)
		return;
	ln = logf(gap_s > 0.001f ? gap_s : 0.001f);
	if (account->exchanges == 1) {
		account->gap_ln_mean = ln;
		return;
	}
	off = ln - account->gap_ln_mean;
	account->gap_ln_mean += FORGET * off;
	account->gap_ln_var = (1 - FORGET) * (account->gap_ln_var + FORGET * off * off);
}

static void see_prompt(
    struct account *account, const struct prompt_facts *prompt, uint32_t now_s)
{
	uint32_t model = tag_of(prompt->model), environment = tag_of(prompt->environment);

	count(&account->elicited, prompt->elicitation != 0);
	count(&account->singles, prompt->flags & PROMPT_SINGLE_TURN);
	count(&account->larges, prompt->flags & PROMPT_LARGE_OUTPUT);
	count(&account->toolful, prompt->tool_results != 0);
	count(&account->multi_turn, prompt->user_turns > 1);
	if (model && model != account->model) {
		count(&account->model_changes, account->model);
		account->model = model;
		account->model_s = now_s;
	}
	if (environment && environment != account->environment) {
		count(&account->environments, true);
		account->environment = environment;
	}
}

void account_see(
    struct account *account, const struct facts *facts, const struct prompt_facts *prompt)
{
	uint32_t now_s = (uint32_t)(facts->at_us / 1000000);
	uint32_t client = tag_of(facts->ja4 ^ facts->http_shape);

	if (!account->first_s)
		account->first_s = now_s;
	see_gap(account, facts);
	see_exit(account, facts, now_s);
	see_prompt(account, prompt, now_s);
	if (client && client != account->client) {
		count(&account->client_changes, account->client);
		account->client = client;
	}
	account->hours |= 1u << (now_s / 3600 % 24);
	account->owner = facts->owner;
	account->last_s = now_s;
	account->last_ms = (uint32_t)(facts->at_us / 1000 % 1000);
	count(&account->exchanges, true);
}

bool account_is_repetition(
    const struct account *account, const struct facts *facts, const struct prompt_facts *prompt)
{
	uint32_t now_s = (uint32_t)(facts->at_us / 1000000);

	if (!account->unserved_s || now_s - account->unserved_s > ACCOUNT_REPEAT_S)
		return false;
	if (tag_of(prompt->conversation) != account->unserved)
		return false;
	/* x-stainless-retry-count costs a pool nothing to send: it excuses nobody by itself. */
	return prompt->conversation || facts->is_retry;
}

void account_serve(struct account *account, const struct facts *facts,
    const struct prompt_facts *prompt, bool is_served)
{
	if (!is_served) {
		account->unserved_s = (uint32_t)(facts->at_us / 1000000);
		account->unserved = tag_of(prompt->conversation);
	} else if (tag_of(prompt->conversation) == account->unserved) {
		account->unserved_s = 0;
	}
}

unsigned account_worth(const struct account *account)
{
	return account->exchanges > 64 ? 16 : account->exchanges / 4u;
}
