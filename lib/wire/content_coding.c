/*
 * The codings that bodies come in: zlib, brotli and zstd behind one face. All their memory
 * comes from the pool.
 */
#include "wire/content_coding.h"

#define ZSTD_STATIC_LINKING_ONLY /* an allocator of our own */
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define ZSTD_WINDOW_LOG_MOST 23 /* RFC 8878 §3.1.1.1.2: 8 MiB is what all must take */
#define ZSTD_MAGIC_BYTES     4
#define RAW_DEFLATE          (-15)
#define GZIP                 (15 + 16)

struct flate {
	z_stream stream;
	bool is_begun, may_be_raw;
};

static void *take_zlib(void *pool, unsigned items, unsigned size)
{
	return pool_take(pool, (size_t)items * size);
}

static void give_zlib(void *pool, void *at)
{
	pool_give(pool, at);
}

static struct flate *open_flate(struct pool *pool, int window)
{
	struct flate *flate = pool_take(pool, sizeof(*flate));

	if (!flate)
		return NULL;
	*flate = (struct flate){
		.stream = { .zalloc = take_zlib, .zfree = give_zlib, .opaque = pool }
	};
	if (inflateInit2(&flate->stream, window) != Z_OK) {
		pool_give(pool, flate);
		return NULL;
	}
	return flate;
}

static void *open_gzip(struct pool *pool)
{
	return open_flate(pool, GZIP);
}

static void *open_deflate(struct pool *pool)
{
	struct flate *flate = open_flate(pool, MAX_WBITS);

	if (flate)
		flate->may_be_raw = true;
	return flate;
}

static void close_flate(struct pool *pool, void *state)
{
	struct flate *flate = state;

	inflateEnd(&flate->stream);
	pool_give(pool, flate);
}

/* A zlib header has method 8 in its low half byte and a window of at most 32 KiB above it; a
 * raw stream begins so only with a stored block whose padding is not zero. */
static bool is_zlib_header(unsigned char first)
{
	return (first & 0x0F) == 8 && first >> 4 <= 7;
}

static enum content_step step_flate(
    void *state, struct bytes *in, char *out, size_t room, size_t *made)
{
	struct flate *flate = state;
	z_stream *stream = &flate->stream;
	int status;

	if (!flate->is_begun && in->len && flate->may_be_raw &&
	    !is_zlib_header((unsigned char)in->at[0]))
		inflateReset2(stream, RAW_DEFLATE);
	flate->is_begun |= in->len > 0;
	stream->next_in = (unsigned char *)in->at;
	stream->avail_in = (unsigned)(in->len < UINT32_MAX ? in->len : UINT32_MAX);
	stream->next_out = (unsigned char *)out;
	stream->avail_out = (unsigned)room;
	status = inflate(stream, Z_NO_FLUSH);
	*in = bytes_of(stream->next_in, in->len - (size_t)((char *)stream->next_in - in->at));
	*made = room - stream->avail_out;
	if (status == Z_STREAM_END) {
		inflateReset(stream);
		return CONTENT_STEP_END;
	}
	if (status == Z_MEM_ERROR)
		return CONTENT_STEP_MEMORY;
	return status == Z_OK || status == Z_BUF_ERROR ? CONTENT_STEP_MORE : CONTENT_STEP_BAD;
}

static void *take_brotli(void *pool, size_t size)
{
	return pool_take(pool, size);
}

static void *open_brotli(struct pool *pool)
{
	return BrotliDecoderCreateInstance(take_brotli, give_zlib, pool);
}

static void close_brotli(struct pool *pool, void *state)
{
	(void)pool;
	BrotliDecoderDestroyInstance(state);
}

static bool is_brotli_memory(BrotliDecoderErrorCode code)
{
	return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
	       code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

static enum content_step step_brotli(
    void *state, struct bytes *in, char *out, size_t room, size_t *made)
{
	const uint8_t *next_in = (const uint8_t *)in->at;
	uint8_t *next_out = (uint8_t *)out;
	size_t left = room;
	BrotliDecoderResult result = BrotliDecoderDecompressStream(
	    state, &in->len, &next_in, &left, &next_out, NULL);

	in->at = (const char *)next_in;
	*made = room - left;
	if (result == BROTLI_DECODER_RESULT_ERROR)
		return is_brotli_memory(BrotliDecoderGetErrorCode(state)) ? CONTENT_STEP_MEMORY
									  : CONTENT_STEP_BAD;
	return result == BROTLI_DECODER_RESULT_SUCCESS ? CONTENT_STEP_END : CONTENT_STEP_MORE;
}

struct zstd {
	ZSTD_DCtx *context;
	unsigned magic_seen; /* bytes of this frame's magic number */
	bool is_skippable;
};

static void *open_zstd(struct pool *pool)
{
	ZSTD_customMem memory = { take_brotli, give_zlib, pool };
	struct zstd *zstd = pool_take(pool, sizeof(*zstd));

	if (!zstd)
		return NULL;
	*zstd = (struct zstd){ .context = ZSTD_createDCtx_advanced(memory) };
	if (!zstd->context) {
		pool_give(pool, zstd);
		return NULL;
	}
	ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MOST);
	return zstd;
}

static void close_zstd(struct pool *pool, void *state)
{
	struct zstd *zstd = state;

	ZSTD_freeDCtx(zstd->context);
	pool_give(pool, zstd);
}

/* Where a frame begins, so much of |in| as belongs to its magic number; all of it within a
 * frame. Nothing where no frame of RFC 8878 begins: the library also reads the formats of
 * before, with old code and memory that is not of the pool. Handing it the magic number alone
 * keeps it from its shortcut for whole frames, which judges them otherwise than its stream. */
static struct bytes next_zstd(struct zstd *zstd, struct bytes in)
{
	static const unsigned char frame[ZSTD_MAGIC_BYTES] = { 0x28, 0xB5, 0x2F, 0xFD },
				   skippable[ZSTD_MAGIC_BYTES] = { 0x50, 0x2A, 0x4D, 0x18 };
	size_t len = 0;

	if (zstd->magic_seen == ZSTD_MAGIC_BYTES)
		return in;
	for (; len < in.len && zstd->magic_seen < ZSTD_MAGIC_BYTES; len++) {
		unsigned char byte = (unsigned char)in.at[len];

		if (zstd->magic_seen == 0) {
			zstd->is_skippable = (byte & 0xF0) == 0x50;
			byte &= zstd->is_skippable ? 0xF0 : 0xFF;
		}
		if (byte != (zstd->is_skippable ? skippable : frame)[zstd->magic_seen++])
			return (struct bytes){ 0 };
	}
	return bytes_of(in.at, len);
}

static enum content_step step_zstd(
    void *state, struct bytes *in, char *out, size_t room, size_t *made)
{
	struct zstd *zstd = state;
	struct bytes next = next_zstd(zstd, *in);
	ZSTD_inBuffer from = { next.at, next.len, 0 };
	ZSTD_outBuffer to = { out, room, 0 };
	size_t status;

	*made = 0;
	if (in->len && !next.len)
		return CONTENT_STEP_BAD;
	status = ZSTD_decompressStream(zstd->context, &to, &from);
	*in = bytes_of(in->at + from.pos, in->len - from.pos);
	*made = to.pos;
	if (ZSTD_isError(status)) {
		ZSTD_ErrorCode code = ZSTD_getErrorCode(status);

		return code == ZSTD_error_memory_allocation ||
			       code == ZSTD_error_frameParameter_windowTooLarge
			   ? CONTENT_STEP_MEMORY
			   : CONTENT_STEP_BAD;
	}
	if (status > 0)
		return CONTENT_STEP_MORE;
	zstd->magic_seen = 0;
	return CONTENT_STEP_END;
}

static const struct content_coding rows[] = {
	{ "gzip", true, open_gzip, close_flate, step_flate },
	{ "x-gzip", true, open_gzip, close_flate, step_flate },
	{ "deflate", false, open_deflate, close_flate, step_flate },
	{ "br", false, open_brotli, close_brotli, step_brotli },
	{ "zstd", true, open_zstd, close_zstd, step_zstd },
};

const struct content_coding *content_coding_named(struct bytes name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (bytes_equal_nocase(name, bytes_of_text(rows[i].name)))
			return &rows[i];
	return NULL;
}
