/* SPDX-License-Identifier: ISC */
/* Details: everything that is known of an object, one line for each fact. */
#ifndef DETAILS_H
#define DETAILS_H

#include "job.h"
#include "look.h"

/* Prints the details of each row of a look, with an empty line between objects.  Returns the exit status. */
int details_show(const struct options *options, struct look *look);

#endif
