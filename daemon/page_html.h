#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include <stddef.h>

/* The live page of the admin listener: daemon/page.html, put into the program by the build. */
extern const unsigned char page_html[];
extern const size_t page_html_bytes;

#endif
