/* What listeners, upstreams and routes demand of each other. */
#include "config/check.h"

#include "fixture.h"

START_TEST(two_listeners_do_not_share_an_address)
{
	parse_badly(UPSTREAM SECRET
	    "listen:\n  - address: 'a:1'\n  - address: 'b:1'\n  - address: 'a:1'\n",
	    6, 14, "a:1 is taken by another listener");
	parse_badly(UPSTREAM SECRET "listen: [{ address: '127.0.0.1:9180' }]\n", 3, 21,
	    "is taken by another listener");
	config_free(
	    parse_well(UPSTREAM SECRET "listen: [{ address: 'a:0' }, { address: 'a:0' }]\n"));
}
END_TEST

START_TEST(a_certificate_and_its_key_come_together)
{
	parse_badly(UPSTREAM SECRET "listen: [{ address: 'a:1', tls: { key: k } }]\n", 3, 33,
	    "certificate and key belong together");
	parse_badly(UPSTREAM SECRET "listen: [{ address: 'a:1', tls: { client_ca: k } }]\n", 3,
	    33, "needs certificate and key");
	parse_badly(UPSTREAM SECRET
	    "listen: [{ address: 'a:1', tls: { certificates: [{ key: k }] } }]\n",
	    3, 50, "certificate: is missing");
}
END_TEST

START_TEST(names_of_upstreams_are_unique)
{
	parse_badly(LISTEN SECRET "routes: [{ upstream: a }]\nupstreams:\n"
				  "  - { name: a, servers: 'http://x' }\n"
				  "  - { name: a, servers: 'http://y' }\n",
	    6, 13, "there is an earlier \"a\"");
}
END_TEST

START_TEST(a_route_leads_to_an_upstream_that_exists)
{
	parse_badly(LEAST "routes: [{ upstream: ub }]\n", 4, 22, "there is no upstream \"ub\"");
	parse_badly(LISTEN SECRET "upstreams: [{ name: gateway, servers: 'http://x' }]\n"
				  "routes: [{ upstream: gatway }]\n",
	    4, 22, "did you mean \"gateway\"?");
}
END_TEST

START_TEST(several_upstreams_need_routes)
{
	parse_badly(LISTEN SECRET "upstreams: [{ name: a, servers: 'http://x' },\n"
				  "            { name: b, servers: 'http://y' }]\n",
	    0, 0, "routes: is missing, and there are several upstreams");
}
END_TEST

START_TEST(a_route_that_is_never_reached_is_a_fault)
{
	parse_badly(LEAST "routes:\n"
			  "  - { match: { path: /a, host: h }, upstream: up }\n"
			  "  - { match: { path: /a }, upstream: up }\n"
			  "  - { match: { path: /a, host: h }, upstream: up }\n",
	    7, 47, "an earlier route matches the same");
}
END_TEST

START_TEST(a_balancer_that_nobody_believes_is_warned_of)
{
	config_free(
	    parse(UPSTREAM SECRET "listen: [{ address: 'a:1', proxy_protocol: true }]\n"));
	ck_assert_int_eq(faults.warnings.count, 1);
	ck_assert(is_said(&faults.warnings, 3, 44, "nobody is believed"));
}
END_TEST

UNIT_MAIN("check_traffic", two_listeners_do_not_share_an_address,
    a_certificate_and_its_key_come_together, names_of_upstreams_are_unique,
    a_route_leads_to_an_upstream_that_exists, several_upstreams_need_routes,
    a_route_that_is_never_reached_is_a_fault, a_balancer_that_nobody_believes_is_warned_of)
