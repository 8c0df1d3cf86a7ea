/* A report, to where it belongs: a file, a terminal, a pipe. */
#ifndef CPROF_APP_DELIVER_H
#define CPROF_APP_DELIVER_H

#include "app/session.h"

typedef struct cprof_delivery {
    int fd;           /* for reports that are not for a file */
    bool is_terminal; /* fd is one: control characters are shown, what is no text goes to a new file */
    bool in_shell;    /* what is no text goes to a new file in any case */
} cprof_delivery;

/* Runs the request and delivers the report; files are there in whole or not at all. */
bool cprof_session_deliver(cprof_session *session, const cprof_request *request, const cprof_delivery *to,
                           cprof_error *err);

#endif
