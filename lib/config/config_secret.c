/*
 * From the place of a secret to its bytes. They go to the caller's buffer only: never to the
 * heap, never into a fault.
 */
#include "config/config.h"

#include <errno.h>

static void trim_line_end(struct text *out, size_t start)
{
	if (out->len > start && out->at[out->len - 1] == '\n')
		out->len--;
	if (out->len > start && out->at[out->len - 1] == '\r')
		out->len--;
}

static int read_file(const char *path, struct text *out, struct fault *fault)
{
	FILE *file = fopen(path, "rb");
	int failed = 0;

	if (!file)
		return fault_say(fault, "cannot read the secret %s: %s", path, strerror(errno));
	setvbuf(file, NULL, _IONBF, 0); /* no second copy in the stream's buffer */
	out->len += fread(out->at + out->len, 1, out->room - out->len, file);
	if (ferror(file))
		failed = fault_say(
		    fault, "cannot read the secret %s: %s", path, strerror(errno));
	else if (out->len == out->room && fgetc(file) != EOF)
		failed = fault_say(fault, "the secret %s is too long", path);
	fclose(file);
	return failed;
}

static int read_variable(
    const char *name, config_env_fn *env, struct text *out, struct fault *fault)
{
	const char *value = env(name);

	if (!value)
		return fault_say(fault, "the secret's variable %s is not set", name);
	text_add(out, bytes_of_text(value));
	if (out->is_cut)
		return fault_say(fault, "the secret in %s is too long", name);
	return 0;
}

int config_secret_read(const struct config_secret *secret, config_env_fn *env, struct text *out,
    struct fault *fault)
{
	const char *name = secret->file ? secret->file : secret->env;
	size_t start = out->len;

	if (!name)
		return fault_say(fault, "no secret is named");
	if (secret->file ? read_file(name, out, fault) : read_variable(name, env, out, fault))
		return -1;
	trim_line_end(out, start);
	if (out->len == start)
		return fault_say(fault, "the secret %s is empty", name);
	return 0;
}
