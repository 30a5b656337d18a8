// simdjson is C++ only; the bench calls it through these two.
#include <cstring>
#include <simdjson.h>

extern "C" {
#include "peer.h"
}

static simdjson::padded_string &padded(const char *at, size_t len)
{
	static simdjson::padded_string copy;

	if (copy.size() != len || std::memcmp(copy.data(), at, len) != 0)
		copy = simdjson::padded_string(at, len);
	return copy;
}

extern "C" int peer_simdjson_dom(const char *at, size_t len)
{
	static simdjson::dom::parser parser;
	auto &copy = padded(at, len);

	return parser.parse(copy).error() ? -1 : 0;
}

// Every message's content, resolved: what a reader of prompts needs at least.
extern "C" int peer_simdjson_ondemand(const char *at, size_t len)
{
	static simdjson::ondemand::parser parser;
	auto &copy = padded(at, len);
	simdjson::ondemand::document document;
	simdjson::ondemand::array messages;
	size_t sum = 0;

	if (parser.iterate(copy).get(document) || document["messages"].get_array().get(messages))
		return -1;
	for (auto message : messages) {
		std::string_view content;

		if (!message["content"].get_string().get(content))
			sum += content.size();
	}
	return sum ? 0 : -1;
}
