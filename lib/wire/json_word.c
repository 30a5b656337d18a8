/*
 * The words of JSON: null, false, true and numbers, judged whole.
 */
#include "wire/json_word.h"

/* Takes the digits at the head of |rest|; false when there are none. */
static bool take_digits(struct bytes *rest)
{
	size_t len = 0;

	while (len < rest->len && rest->at[len] >= '0' && rest->at[len] <= '9')
		len++;
	*rest = bytes_of(rest->at + len, rest->len - len);
	return len > 0;
}

/* Takes the next byte if it is |one| or |other|. */
static bool take_one(struct bytes *rest, char one, char other)
{
	if (rest->len == 0 || (rest->at[0] != one && rest->at[0] != other))
		return false;
	*rest = bytes_of(rest->at + 1, rest->len - 1);
	return true;
}

static bool is_number(struct bytes rest)
{
	take_one(&rest, '-', '-');
	if (!take_one(&rest, '0', '0') && !take_digits(&rest))
		return false;
	if (take_one(&rest, '.', '.') && !take_digits(&rest))
		return false;
	if (take_one(&rest, 'e', 'E')) {
		take_one(&rest, '+', '-');
		if (!take_digits(&rest))
			return false;
	}
	return rest.len == 0;
}

bool json_word_read(struct bytes word, enum json_word *kind)
{
	if (is_number(word))
		*kind = JSON_WORD_NUMBER;
	else if (bytes_equal(word, BYTES("null")))
		*kind = JSON_WORD_NULL;
	else if (bytes_equal(word, BYTES("true")))
		*kind = JSON_WORD_TRUE;
	else if (bytes_equal(word, BYTES("false")))
		*kind = JSON_WORD_FALSE;
	else
		return false;
	return true;
}
