#ifndef API_OPENAI_CHAT_H
#define API_OPENAI_CHAT_H

#include "api/members.h"

/* Parts of the chat dialect that its relatives speak too. */
extern const struct member openai_chat_message[], openai_chat_tool[], openai_chat_format[],
    openai_chat_reasoning[];

#endif
