/*
 * The cheapest honest reading of an HTTP/1 reply: enough to know where it ends and how many
 * events it held.
 */
#include "reply.h"

static bool read_field(struct reply *reply, struct bytes line)
{
	struct bytes name = bytes_split(&line, ':'), value = bytes_trim(line);

	if (bytes_equal_nocase(name, BYTES("content-length"))) {
		reply->part = REPLY_IN_LENGTH;
		return bytes_to_number(value, &reply->left);
	}
	if (bytes_equal_nocase(name, BYTES("transfer-encoding")))
		reply->part = REPLY_IN_SIZE;
	if (bytes_equal_nocase(name, BYTES("connection")))
		reply->is_closing |= bytes_equal_nocase(value, BYTES("close"));
	return true;
}

static bool read_head(struct reply *reply)
{
	struct bytes rest = bytes_of(reply->head, reply->head_bytes);
	struct bytes line = bytes_split(&rest, '\n');
	uint64_t status;

	if (line.len < 12 || !bytes_to_number(bytes_of(line.at + 9, 3), &status))
		return false;
	reply->status = (unsigned)status;
	reply->part = REPLY_IN_CLOSE;
	while (rest.len) {
		line = bytes_split(&rest, '\n');
		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len && !read_field(reply, line))
			return false;
	}
	if (reply->part == REPLY_IN_CLOSE)
		reply->is_closing = true;
	if ((reply->part == REPLY_IN_LENGTH && !reply->left) || status == 204 || status == 304)
		reply->part = REPLY_AT_END;
	return true;
}

static size_t take_head(struct reply *reply, struct bytes in)
{
	size_t room = REPLY_HEAD_BYTES - reply->head_bytes;
	size_t len = in.len < room ? in.len : room, from;
	const char *end;

	memcpy(reply->head + reply->head_bytes, in.at, len);
	from = reply->head_bytes < 3 ? 0 : reply->head_bytes - 3;
	end = memmem(reply->head + from, reply->head_bytes + len - from, "\r\n\r\n", 4);
	if (!end) {
		reply->head_bytes += len;
		return len == room ? 0 : len;
	}
	len = (size_t)(end + 4 - reply->head) - reply->head_bytes;
	reply->head_bytes += len;
	return read_head(reply) ? len : 0;
}

static void count_events(struct reply *reply, struct bytes in)
{
	const char *at = in.at, *end = in.at + in.len;

	if (reply->last == '\n' && *at == '\n')
		reply->events++;
	while ((at = memchr(at, '\n', (size_t)(end - at))) && at + 1 < end) {
		reply->events += at[1] == '\n';
		at++;
	}
	reply->last = end[-1];
}

static size_t take_body(struct reply *reply, struct bytes in)
{
	size_t len = in.len;

	if (reply->part != REPLY_IN_CLOSE && len > reply->left)
		len = (size_t)reply->left;
	count_events(reply, bytes_of(in.at, len));
	reply->bytes += len;
	if (reply->part == REPLY_IN_CLOSE)
		return len;
	reply->left -= len;
	if (!reply->left)
		reply->part = reply->part == REPLY_IN_CHUNK ? REPLY_IN_CHUNK_END : REPLY_AT_END;
	return len;
}

static bool take_size_digit(struct reply *reply, char c)
{
	unsigned digit = c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
			 : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
							      : 99;

	if (digit == 99)
		return c == '\r';
	reply->left = reply->left * 16 + digit;
	reply->line_bytes++;
	return true;
}

/* One byte of what stands between chunks. */
static bool take_line_byte(struct reply *reply, char c)
{
	if (c != '\n') {
		if (reply->part == REPLY_IN_SIZE)
			return take_size_digit(reply, c);
		reply->line_bytes += c != '\r';
		return true;
	}
	if (reply->part == REPLY_IN_CHUNK_END) {
		reply->part = REPLY_IN_SIZE;
		reply->left = 0;
	} else if (reply->part == REPLY_IN_SIZE) {
		if (!reply->line_bytes)
			return false;
		reply->part = reply->left ? REPLY_IN_CHUNK : REPLY_IN_TRAILER;
	} else if (!reply->line_bytes) {
		reply->part = REPLY_AT_END;
	}
	reply->line_bytes = 0;
	return true;
}

bool reply_take(struct reply *reply, struct bytes in)
{
	while (in.len && reply->part != REPLY_AT_END) {
		size_t eaten = 1;

		if (reply->part == REPLY_IN_HEAD)
			eaten = take_head(reply, in);
		else if (reply->part == REPLY_IN_LENGTH || reply->part == REPLY_IN_CLOSE ||
			 reply->part == REPLY_IN_CHUNK)
			eaten = take_body(reply, in);
		else if (!take_line_byte(reply, *in.at))
			return false;
		if (!eaten)
			return false;
		in = bytes_of(in.at + eaten, in.len - eaten);
	}
	return in.len == 0;
}

void reply_reset(struct reply *reply)
{
	reply->part = REPLY_IN_HEAD;
	reply->is_closing = false;
	reply->last = 0;
	reply->left = reply->bytes = reply->events = 0;
	reply->line_bytes = reply->head_bytes = 0;
}
