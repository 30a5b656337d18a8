/* retortctl config: what the daemon runs under, as YAML that loads again. */
#include "call.h"

#include <stdio.h>

int ctl_config(struct ctl_options *options, int argc, char **argv)
{
	struct call_answer answer;
	int exit_status = CTL_OK;

	if (!ctl_read_options(options, argc, argv, 0))
		return CTL_USAGE;
	if (!call_or_say(options, "GET", "/config", &answer))
		return CTL_FAILED;
	if (answer.status != 200) {
		fprintf(stderr, "retortctl: the daemon answered %d\n", answer.status);
		exit_status = CTL_FAILED;
	}
	fwrite(answer.body.at, 1, answer.body.len, exit_status ? stderr : stdout);
	call_answer_fini(&answer);
	return exit_status;
}
