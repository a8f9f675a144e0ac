/* SPDX-License-Identifier: ISC */
/* Reads standard input, and gives what has come to the outputs. */
#ifndef INPUT_H
#define INPUT_H

#include "job.h"

/* Bytes that are read at a time. */
#define INPUT_PIECE ((size_t)256 * 1024)

/* Returns whether an output wants whole records, so that the beginning of one must be kept. */
int input_any_by_record(const struct job *job);

/* Reads once, and gives what has come to each output: every byte to those that block, whole records to the others. */
void input_read(struct job *job);

/* Reads the rest of the record that readers have begun, after a signal; the other outputs get nothing more. */
void input_read_on(struct job *job);

#endif
