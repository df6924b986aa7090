#ifndef WINDOW_H
#define WINDOW_H

#include "connection.h"
#include <stdint.h>

// Which publishes of one window are unconfirmed: confirms come in any order, and often for many at once.
struct window {
    uint64_t first, settled_below;
    int left;
    char is_confirmed[8192];
};

static void window_begin(struct window *window, uint64_t first, int count) {
    if (count > (int)sizeof window->is_confirmed) fail("a window too large");
    window->first = window->settled_below = first;
    window->left = count;
    memset(window->is_confirmed, 0, count);
}

static void window_confirm(struct window *window, uint64_t tag) {
    char *is_confirmed = &window->is_confirmed[tag - window->first];
    if (!*is_confirmed) window->left -= 1;
    *is_confirmed = 1;
}

static void window_read(struct window *window, amqp_frame_t *frame) {
    if (frame->frame_type != AMQP_FRAME_METHOD) return;
    if (frame->payload.method.id != AMQP_BASIC_ACK_METHOD) fail("publishing: nacked, returned or closed");
    amqp_basic_ack_t *ack = frame->payload.method.decoded;
    if (ack->multiple) {
        for (; window->settled_below <= ack->delivery_tag; window->settled_below++) window_confirm(window, window->settled_below);
    } else {
        window_confirm(window, ack->delivery_tag);
    }
}

static void window_await(struct window *window, amqp_connection_state_t connection) {
    while (window->left > 0) {
        amqp_frame_t frame;
        if (!next_frame(connection, &frame, 60000)) fail("waiting for confirms");
        window_read(window, &frame);
        amqp_maybe_release_buffers_on_channel(connection, 1);
    }
}

#endif
