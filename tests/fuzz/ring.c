/* SPDX-License-Identifier: ISC */
/* A queue of bytes against one that moves all of them each time. */
#include "../../cmd/fifotee/ring.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t room = take_short(&in) % 4096, there = 0, at, i;
	char *model = malloc(room + 1), *bytes;
	struct ring ring;
	uint8_t next = 0;

	CHECK(model != NULL && ring_open(&ring, room) == 0);
	while (in.size > 0) {
		size_t count = take_short(&in);
		struct iovec pieces[2];
		int number;

		if (count & 0x8000) {
			count = (count & 0x7fff) % (room - there + 1);
			bytes = malloc(count + 1);
			CHECK(bytes != NULL);
			for (i = 0; i < count; i++)
				bytes[i] = (char)next++;
			ring_add(&ring, bytes, count);
			if (count > 0)
				memcpy(model + there, bytes, count);
			there += count;
			free(bytes);
		} else {
			count %= there + 1;
			ring_take(&ring, count);
			there -= count;
			memmove(model, model + count, there);
		}
		CHECK(ring.size == there);
		number = ring_pieces(&ring, pieces);
		CHECK(number >= 0 && number <= 2);
		for (i = 0, at = 0; i < (size_t)number; at += pieces[i++].iov_len) {
			CHECK(pieces[i].iov_len > 0 && pieces[i].iov_len <= there - at);
			CHECK(memcmp(pieces[i].iov_base, model + at, pieces[i].iov_len) == 0);
		}
		CHECK(at == there);
	}
	ring_close(&ring);
	free(model);
	return 0;
}
