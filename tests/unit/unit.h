#ifndef UNIT_H
#define UNIT_H

/*
 * One Check program a file: tests are sentences, UNIT_MAIN lists them. CK_FORK=no in the
 * environment keeps a test in the debugger's process.
 *
 *	START_TEST(a_burst_older_than_the_window_is_forgotten) { … } END_TEST
 *	UNIT_MAIN("window", a_burst_older_than_the_window_is_forgotten, …)
 */
#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(name, ...)                                                                   \
	int main(void)                                                                         \
	{                                                                                      \
		const TTest *tests[] = { __VA_ARGS__ };                                        \
		Suite *suite = suite_create(name);                                             \
		TCase *tcase = tcase_create(name);                                             \
		SRunner *runner = srunner_create(suite);                                       \
		int failed;                                                                    \
                                                                                               \
		tcase_set_timeout(tcase, 120);                                                 \
		for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)                    \
			tcase_add_test(tcase, tests[i]);                                       \
		suite_add_tcase(suite, tcase);                                                 \
		srunner_run_all(runner, CK_ENV);                                               \
		failed = srunner_ntests_failed(runner);                                        \
		srunner_free(runner);                                                          \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                   \
	}

#endif
