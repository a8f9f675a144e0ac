/* SPDX-License-Identifier: ISC */
/* The life of an output: its reader comes, leaves and comes back, until the output ends. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "job.h"

/*
 * Gives an output up if it is the same file as standard input, which would be read again without end, or as another
 * output: two writers to one FIFO tear each other's records.  Returns whether it did.  The FIFO is not removed.
 */
int output_refuse_same(struct job *job, struct output *output);

/* Ends the output: closes it so that its reader sees the end, and removes its FIFO if fifotee created it. */
void output_end(struct job *job, struct output *output);

/* Prints why the output is given up, notes the status, and ends it. */
void output_give_up(struct job *job, struct output *output, const char *cause, int status);

/* The same with the text and the status of an errno. */
void output_fail(struct job *job, struct output *output, int err);

/* Notes that the reader has left: the output waits for the next one, or ends. */
void output_reader_left(struct job *job, struct output *output);

/* Does what follows from a write that failed with errno: the reader has left, the output fails, or nothing. */
void output_write_failed(struct job *job, struct output *output);

/* Writes as many of the waiting bytes as the reader takes now. */
void output_flush(struct job *job, struct output *output);

/* Writes a row of whole records, or what has come of the stream, and deals by the policy with what does not fit. */
void output_offer(struct job *job, struct output *output, struct row row);

#endif
