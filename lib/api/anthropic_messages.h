#ifndef API_ANTHROPIC_MESSAGES_H
#define API_ANTHROPIC_MESSAGES_H

#include "api/members.h"

/* Parts of the messages dialect that its relatives speak too. */
extern const struct member anthropic_messages_message[], anthropic_messages_tool[],
    anthropic_messages_thinking[], anthropic_messages_system[];

#endif
