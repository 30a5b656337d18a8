#ifndef API_REPLY_FIELD_H
#define API_REPLY_FIELD_H

/* What a member of a reply means, whatever the dialect calls it. Of numbers the last counts:
 * streams send running totals. */
enum reply_field {
	REPLY_FIELD_NONE,
	REPLY_FIELD_INPUT,       /* input tokens */
	REPLY_FIELD_CACHE_READ,  /* input tokens that INPUT leaves out */
	REPLY_FIELD_CACHE_WRITE, /* and these */
	REPLY_FIELD_OUTPUT,      /* output tokens */
	REPLY_FIELD_THOUGHTS,    /* output tokens that OUTPUT leaves out */
	REPLY_FIELD_TEXT,        /* text that the model wrote, whole or a piece */
	REPLY_FIELD_FINISH,      /* why it ended */
	REPLY_FIELD_ERROR,       /* an error object */
	REPLY_FIELD_SIGNATURE,   /* of a thinking block, or an encrypted one whole */
	REPLY_FIELD_COUNT
};

#endif
