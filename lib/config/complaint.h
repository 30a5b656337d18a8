#ifndef CONFIG_COMPLAINT_H
#define CONFIG_COMPLAINT_H

#include "config/config.h"
#include "config/place.h"

#include <stdarg.h>

/*
 * Writing into the lists of faults and warnings.
 */

/* Appends, or only counts when the list is full. */
void complaint_add(struct config_list *list, const struct fault *fault);

/* Writes |fault| about a setting by its address in |config|. */
void complaint_write(struct fault *fault, const struct config *config, const void *field,
    const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

/* Writes and appends. */
void complaint_about(struct config_list *list, const struct config *config, const void *field,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts what was found in the order of the file. */
void complaint_sort(struct config_list *list);

#endif
