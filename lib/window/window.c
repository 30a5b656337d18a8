/*
 * The sliding count: a ring of slots on the wall clock. It must never let an interval as long
 * as the window pass for emptier than it was, and never remember for longer than a window and a
 * slot.
 */
#include "window/window.h"

#include <string.h>

#define CLOCK_SET_US 60000000u /* a step back that no worker's stale clock explains */

uint64_t window_width_us(uint64_t window_us)
{
	return window_us <= WINDOW_SLOTS ? 1 : (window_us + WINDOW_SLOTS - 1) / WINDOW_SLOTS;
}

void window_init(struct window *window, uint64_t window_us, uint64_t now_us)
{
	memset(window, 0, sizeof(*window));
	window->width_us = window_width_us(window_us);
	window->newest = now_us / window->width_us;
}

static void begin_anew(struct window *window, uint64_t number)
{
	memset(window->own, 0, sizeof(window->own));
	memset(window->others, 0, sizeof(window->others));
	window->newest = number;
}

static void step_back(struct window *window, uint64_t number)
{
	uint64_t behind = window->newest - number;

	if (behind > WINDOW_RING && behind - WINDOW_RING > CLOCK_SET_US / window->width_us)
		begin_anew(window, number);
}

void window_advance(struct window *window, uint64_t now_us)
{
	uint64_t number = now_us / window->width_us;

	if (number == window->newest)
		return;
	if (number < window->newest) {
		step_back(window, number);
	} else if (number - window->newest >= WINDOW_RING) {
		begin_anew(window, number);
	} else {
		while (window->newest < number) {
			unsigned place = window_place(++window->newest);

			window->own[place] = 0;
			window->others[place] = 0;
		}
	}
}

uint64_t window_own(const struct window *window)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < WINDOW_RING; i++)
		sum += window->own[i];
	return sum;
}

uint64_t window_total(const struct window *window)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < WINDOW_RING; i++)
		sum += (uint64_t)window->own[i] + window->others[i];
	return sum;
}

bool window_has_room(const struct window *window, uint64_t amount, uint64_t quota)
{
	uint64_t total = window_total(window);

	return total <= quota && amount <= quota - total;
}

void window_count(struct window *window, uint64_t amount)
{
	uint32_t *slot = &window->own[window_place(window->newest)];

	*slot = amount >= UINT32_MAX - *slot ? UINT32_MAX : *slot + (uint32_t)amount;
}

uint64_t window_wait_us(
    const struct window *window, uint64_t amount, uint64_t quota, uint64_t now_us)
{
	uint64_t total = window_total(window);
	uint64_t number = window->newest < WINDOW_SLOTS ? 0 : window->newest - WINDOW_SLOTS;
	uint64_t fits_us;

	if (total <= quota && amount <= quota - total)
		return 0;
	for (; number < window->newest; number++) {
		unsigned place = window_place(number);

		total -= (uint64_t)window->own[place] + window->others[place];
		if (total <= quota && amount <= quota - total)
			break;
	}
	fits_us = (number + WINDOW_RING) * window->width_us;
	return fits_us > now_us ? fits_us - now_us : 0;
}

bool window_covers(const struct window *window, uint64_t number)
{
	return number <= window->newest && window->newest - number < WINDOW_RING;
}

void window_raise_others(struct window *window, uint64_t number, uint64_t sum)
{
	uint32_t *slot = &window->others[window_place(number)];

	if (window_covers(window, number) && sum > *slot)
		*slot = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}
