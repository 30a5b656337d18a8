/*
 * Lists of faults: bounded, so that a file of nonsense cannot fill memory or a screen.
 */
#include "config/complaint.h"

void complaint_add(struct config_list *list, const struct fault *fault)
{
	if (list->count < CONFIG_FAULTS)
		list->list[list->count] = *fault;
	list->count++;
}

void complaint_write(struct fault *fault, const struct config *config, const void *field,
    const char *format, va_list arguments)
{
	struct config_place place = place_of(config, field);
	char text[FAULT_TEXT];

	vsnprintf(text, sizeof(text), format, arguments);
	fault_say_at(fault, config->file, place.line, place.column, "%s", text);
}

void complaint_about(struct config_list *list, const struct config *config, const void *field,
    const char *format, ...)
{
	struct fault fault;
	va_list arguments;

	va_start(arguments, format);
	complaint_write(&fault, config, field, format, arguments);
	va_end(arguments);
	complaint_add(list, &fault);
}

static bool is_before(const struct fault *a, const struct fault *b)
{
	return a->line < b->line || (a->line == b->line && a->column < b->column);
}

void complaint_sort(struct config_list *list)
{
	int count = list->count < CONFIG_FAULTS ? list->count : CONFIG_FAULTS;

	for (int i = 1; i < count; i++) {
		struct fault moved = list->list[i];
		int j = i;

		for (; j > 0 && is_before(&moved, &list->list[j - 1]); j--)
			list->list[j] = list->list[j - 1];
		list->list[j] = moved;
	}
}
