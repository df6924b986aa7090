// The client alone, in C: what librabbitmq costs with nothing around it.
//
//   c-client HOST PORT publish QUEUE COUNT WINDOW BYTES   confirmed publishes, at most WINDOW unconfirmed
//   c-client HOST PORT consume QUEUE COUNT PREFETCH       deliveries, acknowledged in ranges
//
// Prints messages per second and microseconds of CPU per message.
#define _GNU_SOURCE
#include "connection.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void publish(amqp_connection_state_t connection, const char *queue, int count, int window, int size) {
    static char body[1 << 16], id[24], is_confirmed[1 << 16];
    memset(body, 'x', sizeof body);
    if (size > (int)sizeof body || window > (int)sizeof is_confirmed) fail("sizes");
    amqp_confirm_select(connection, 1);
    check_reply(connection, "confirms");
    uint64_t published = 0, oldest = 1;
    while (oldest <= (uint64_t)count) {
        int cork = window > 1;
        if (cork) setsockopt(amqp_get_sockfd(connection), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
        while (published < (uint64_t)count && published + 1 - oldest < (uint64_t)window) {
            snprintf(id, sizeof id, "%lu", (unsigned long)++published);
            is_confirmed[published % sizeof is_confirmed] = 0;
            amqp_basic_properties_t properties = {
                ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG, .delivery_mode = 2, .message_id = amqp_cstring_bytes(id)};
            int status = amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 1, 0, &properties,
                (amqp_bytes_t){size, body});
            if (status != AMQP_STATUS_OK) fail("publishing");
        }
        if (cork) {
            cork = 0;
            setsockopt(amqp_get_sockfd(connection), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
        }
        amqp_frame_t frame;
        for (int wait = 60000; next_frame(connection, &frame, wait); wait = 0) {
            if (frame.frame_type != AMQP_FRAME_METHOD) continue;
            if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD) fail("publishing: nacked, returned or closed");
            amqp_basic_ack_t *ack = frame.payload.method.decoded;
            if (ack->multiple) {
                if (ack->delivery_tag >= oldest) oldest = ack->delivery_tag + 1;
            } else {
                is_confirmed[ack->delivery_tag % sizeof is_confirmed] = 1;
            }
            while (oldest <= published && is_confirmed[oldest % sizeof is_confirmed]) oldest++;
            amqp_maybe_release_buffers_on_channel(connection, 1);
        }
    }
}

static void take(amqp_connection_state_t connection, const char *queue, int count, int prefetch) {
    consume(connection, queue, prefetch);
    uint64_t tag = 0, acknowledged = 0;
    uint64_t left = 0;
    amqp_frame_t frame;
    int is_ready = 0;
    while (acknowledged < (uint64_t)count) {
        if (!next_frame(connection, &frame, is_ready ? 0 : 60000)) {
            if (!is_ready) fail("waiting for deliveries");
            amqp_basic_ack(connection, 1, tag, 1);
            acknowledged = tag;
            is_ready = 0;
            continue;
        }
        if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
            tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
            is_ready = 0;
        } else if (frame.frame_type == AMQP_FRAME_HEADER) {
            left = frame.payload.properties.body_size;
        } else if (frame.frame_type == AMQP_FRAME_BODY) {
            char *copy = malloc(frame.payload.body_fragment.len);
            memcpy(copy, frame.payload.body_fragment.bytes, frame.payload.body_fragment.len);
            left -= frame.payload.body_fragment.len;
            free(copy);
            is_ready = left == 0;
            amqp_maybe_release_buffers_on_channel(connection, 1);
            if (is_ready && tag - acknowledged >= (uint64_t)(prefetch + 1) / 2) {
                amqp_basic_ack(connection, 1, tag, 1);
                acknowledged = tag;
                is_ready = 0;
            }
        }
    }
}

int main(int count, char **arguments) {
    if (count < 7) fail("c-client HOST PORT publish|consume QUEUE COUNT WINDOW [BYTES]:");
    int messages = atoi(arguments[5]), is_publishing = strcmp(arguments[3], "publish") == 0;
    // Consuming begins with connecting, as it does in `client-load`, where deliveries come as soon as there is a connection.
    double started = seconds(), used = cpu();
    amqp_connection_state_t connection = connect_to(arguments[1], atoi(arguments[2]));
    if (is_publishing) {
        started = seconds(), used = cpu();
        publish(connection, arguments[4], messages, atoi(arguments[6]), count > 7 ? atoi(arguments[7]) : 1024);
    } else {
        take(connection, arguments[4], messages, atoi(arguments[6]));
    }
    printf("%.0f %.3f\n", messages / (seconds() - started), (cpu() - used) / messages * 1e6);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    return 0;
}
