#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#define FAULT_TEXT 240
#define FAULT_FILE 160

/*
 * Why an act failed, in words for a person. Acts return 0 or -1 and take a |struct fault *|
 * last; it is written only on failure. |line| and |column| count from 1; 0 means "not in a
 * file".
 */
struct fault {
	int line, column;
	char file[FAULT_FILE];
	char text[FAULT_TEXT];
};

/* Writes the text (cut to fit), clears the place, and returns -1, so that `return fault_say(…)`
 * reads well. */
int fault_say(struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with a place: |file| may be NULL. */
int fault_say_at(struct fault *fault, const char *file, int line, int column,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Writes "file:line:col: text", or only the text where there is no place, and returns |out|. */
const char *fault_words(const struct fault *fault, char *out, int out_bytes);

#endif
