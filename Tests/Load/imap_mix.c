/* The default mix of commands of Dovecot's imaptest, for comparing servers where imaptest is no package.

   cc -O2 -Wall -o /tmp/imap_mix Tests/Load/imap_mix.c
   . "$(Scripts/testbed start)"
   /tmp/imap_mix --host $BENCH_HOST --port $BENCH_IMAP_PORT --user $BENCH_USER_FMT --pass $BENCH_PASS --secs 30

   --user FORMAT   the name, with the number in printf's way (user%03d@example.test); --first N (0) is the first number
   --users N       (10)  how many there are; each connection takes one at random
   --clients N     (25)  connections at once; one that has logged out is followed by the next
   --secs N        (30)  how long
   --msgs N        (30)  about how many messages INBOX is to hold: with as many nobody appends
   --mbox FILE           messages to append, one after the other; without it they are made: mails of a list, 1 to 8 KiB
   --seed N        (1)

   Probabilities, order of commands, and what may be sent before the answers of others are those of imaptest (docs/states.md):
   LOGIN, LIST 50 %, STATUS 50 %, SELECT, FETCH of random fields of random messages, FETCH of a body or a header
   (30 %: once more), STORE of random flags 50 %, STORE \Deleted, EXPUNGE, APPEND (5 %: one more message in the same command),
   LOGOUT. SEARCH, SORT and THREAD are not in the default mix, nor is COPY without a second mailbox.
   INBOX of these users is changed at random. A warm-up run of some seconds fills it.

   Prints one line of JSON: commands that were answered OK and how many a second; of each kind the count and the milliseconds
   from sending to the answer (commands sent together wait for each other); connections; how many were refused because others had
   expunged the messages (RFC 2180 §4); errors: BAD, any other NO, connections that ended early, and the first few in words.
   Exit status 1 with errors; it ends early at the thousandth. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum state { LOGIN, LIST, STATUS, SELECT, FETCH, FETCH2, STORE, DELETE, EXPUNGE, APPEND, LOGOUT, STATES, CAPABILITY, NONE };

/* `turns`: it changes the connection's state. `numbers`: it names messages by number. `expunges`: its answer may tell of
   messages that are gone, so that a number sent meanwhile could mean another one. */
static const struct {
  const char *name;
  int chance, again;
  bool selected, turns, numbers, expunges;
} kinds[STATES] = {
  [LOGIN] = {"LOGIN", 100, 0, .turns = true},
  [LIST] = {"LIST", 50, 0, .expunges = true},
  [STATUS] = {"STATUS", 50, 0, .expunges = true},
  [SELECT] = {"SELECT", 100, 0, .turns = true},
  [FETCH] = {"FETCH", 100, 0, .selected = true, .numbers = true},
  [FETCH2] = {"FETCH2", 100, 30, .selected = true, .numbers = true},
  [STORE] = {"STORE", 50, 0, .selected = true, .numbers = true},
  [DELETE] = {"DELETE", 100, 0, .selected = true, .numbers = true},
  [EXPUNGE] = {"EXPUNGE", 100, 0, .selected = true, .expunges = true},
  [APPEND] = {"APPEND", 100, 5, .expunges = true},
  [LOGOUT] = {"LOGOUT", 100, 0, .turns = true},
};

enum { QUEUE = 10, MOST_NUMBERS = 100, MOST_ERRORS = 1000 };

struct buffer {
  char *bytes;
  size_t length, room;
};

struct client {
  int fd;
  bool is_connected, has_greeted, has_capabilities, can_literal_plus, can_multiappend, can_condstore, had_bye;
  enum state last, next;  /* the command sent last, and the one whose turn it is */
  int messages;
  unsigned tag;
  struct { unsigned tag; enum state state; double sent; } waiting[QUEUE];
  int waiting_count;
  bool waits_for_plus;
  struct buffer in, out, literal;  /* `literal`: what is sent once the server says + */
  size_t out_at;
  size_t skip;      /* bytes of a literal that are still to come */
  char head[512];   /* the beginning of a response whose end is still to come */
  bool has_head;
  unsigned events;
};

static struct {
  const char *host, *user, *pass, *mbox;
  int port, first, users, clients, secs, messages, seed;
} option = {"127.0.0.1", "user%03d@example.test", "benchpass", NULL, 143, 0, 10, 25, 30, 30, 1};

static struct { const char *bytes; size_t length; } *mails;
static int mail_count, mail_next;
static int poller;
static long counts[STATES], connections, expunged, bads, noes, disconnects;
static double spent[STATES];
static char errors[600];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void give_up(const char *what) {
  fprintf(stderr, "imap_mix: %s: %s\n", what, strerror(errno));
  exit(2);
}

static int below(int limit) { return random() % limit; }
static bool happens(int percent) { return below(100) < percent; }

static void put(struct buffer *buffer, const void *bytes, size_t length) {
  if (buffer->length + length > buffer->room) {
    buffer->room = 2 * (buffer->length + length);
    buffer->bytes = realloc(buffer->bytes, buffer->room);
    if (!buffer->bytes) give_up("memory");
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static void __attribute__((format(printf, 2, 3))) say(struct buffer *buffer, const char *format, ...) {
  char text[2048];
  va_list list;
  va_start(list, format);
  int length = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  put(buffer, text, length);
}

/* Keeps the words of an error, as far as there is room; quotes and controls would break the JSON. */
static void note(const char *what, const char *words) {
  size_t at = strlen(errors);
  snprintf(errors + at, sizeof errors - at, "%s%s: %.100s", at ? "; " : "", what, words);
  for (char *c = errors + at; *c; c++)
    if (*c == '"' || *c == '\\' || (unsigned char)*c < 32) *c = '\'';
}

/* Messages */

static void add_mail(const struct buffer *text) {
  mails = realloc(mails, (mail_count + 1) * sizeof *mails);
  if (!mails) give_up("memory");
  mails[mail_count].bytes = text->bytes;
  mails[mail_count++].length = text->length;
}

static void read_mbox(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) give_up(path);
  struct buffer text = {0};
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  bool was_empty = true;
  while ((length = getline(&line, &room, file)) > 0) {
    if (was_empty && !strncmp(line, "From ", 5)) {
      if (text.length) add_mail(&text);
      text = (struct buffer){0};
      was_empty = false;
      continue;
    }
    while (length && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
    put(&text, line, length);
    put(&text, "\r\n", 2);
    was_empty = length == 0;
  }
  if (text.length) add_mail(&text);
  free(line);
  fclose(file);
  if (!mail_count) give_up("no message in the mbox file");
}

static void put_lines(struct buffer *text, int count) {
  static const char *words[] = {"mail", "server", "folder", "index", "client", "reply", "patch", "version", "error", "conf"};
  for (int line = 0; line < count; line++) {
    for (int word = 0; word < 10; word++) say(text, "%s ", words[below(10)]);
    put(text, "\r\n", 2);
  }
}

static void make_mails(void) {
  for (int number = 0; number < 500; number++) {
    struct buffer text = {0};
    say(&text, "Return-Path: <list-bounces@list.test>\r\nReceived: from list.test (list.test [192.0.2.%d])\r\n"
        "\tby mail.example.test with ESMTP id %08lx; Mon, 05 Jan 2026 10:%02d:00 +0000\r\n", below(250), random(), number % 60);
    say(&text, "From: Person %d <person%d@elsewhere.test>\r\nTo: list@list.test\r\nCc: other%d@elsewhere.test\r\n",
        number % 40, number % 40, number % 7);
    say(&text, "Subject: %s[list] subject number %d\r\nDate: Mon, 05 Jan 2026 10:%02d:00 +0000\r\n", number % 3 ? "Re: " : "",
        number / 5, number % 60);
    say(&text, "Message-ID: <mix-%d@elsewhere.test>\r\n", number);
    if (number % 3)
      say(&text, "In-Reply-To: <mix-%d@elsewhere.test>\r\nReferences: <mix-%d@elsewhere.test>\r\n", number - 1, number - 1);
    say(&text, "List-Id: <list.test>\r\nMIME-Version: 1.0\r\n");
    if (number % 6) {
      say(&text, "Content-Type: text/plain; charset=utf-8\r\n\r\n");
      put_lines(&text, 5 + below(110));
    } else {
      say(&text, "Content-Type: multipart/mixed; boundary=\"=_%d\"\r\n\r\n", number);
      say(&text, "--=_%d\r\nContent-Type: text/plain\r\n\r\n", number);
      put_lines(&text, 5 + below(50));
      say(&text, "--=_%d\r\nContent-Type: text/x-patch; name=a.diff\r\nContent-Disposition: attachment\r\n\r\n", number);
      put_lines(&text, 5 + below(50));
      say(&text, "--=_%d--\r\n", number);
    }
    add_mail(&text);
  }
}

/* What is sent */

static void put_flags(struct buffer *out) {
  static const char *flags[] = {"\\Answered", "\\Flagged", "\\Seen", "\\Draft",
                                "$Label1", "$Label2", "$Label3", "$Label4", "$Label5"};
  bool is_first = true;
  put(out, "(", 1);
  for (int flag = 0; flag < 9; flag++)
    if (below(4) == 0) {
      say(out, "%s%s", is_first ? "" : " ", flags[flag]);
      is_first = false;
    }
  put(out, ")", 1);
}

/* So many random messages, written as a set; false: none. */
static bool put_numbers(struct buffer *out, const struct client *client, int count) {
  if (count <= 0 || client->messages <= 0) return false;
  char *is_in = calloc(client->messages + 2, 1);
  if (!is_in) give_up("memory");
  while (count--) is_in[1 + below(client->messages)] = 1;
  const char *comma = "";
  for (int first = 1; first <= client->messages; first++) {
    if (!is_in[first]) continue;
    int last = first;
    while (is_in[last + 1]) last++;
    say(out, last > first ? "%s%d:%d" : "%s%d", comma, first, last);
    comma = ",";
    first = last;
  }
  free(is_in);
  return true;
}

static void put_fields(struct buffer *out) {
  static const char *fields[] = {"UID", "FLAGS", "ENVELOPE", "INTERNALDATE", "BODY", "BODYSTRUCTURE", "RFC822.SIZE"};
  static const char *headers[] = {"From", "To", "Cc", "Subject", "References", "In-Reply-To", "Message-ID", "Delivered-To"};
  for (int count = 1 + below(4); count; count--) {
    if (below(4)) {
      say(out, "%s", fields[below(7)]);
    } else {
      say(out, "BODY.PEEK[HEADER.FIELDS (");
      for (int names = 1 + below(4); names; names--) say(out, "%s%s", headers[below(8)], names > 1 ? " " : ")]");
    }
    if (count > 1) put(out, " ", 1);
  }
}

/* `{n}` and the message; the first half alone where the server wants to be asked. */
static void put_message(struct client *client, struct buffer *out) {
  size_t length = mails[mail_next].length;
  if (below(2)) {
    put_flags(out);
    put(out, " ", 1);
  }
  if (below(2)) say(out, "\"05-Jan-2026 10:00:%02d +0000\" ", below(60));
  say(out, "{%zu%s}\r\n", length, client->can_literal_plus ? "+" : "");
  put(client->can_literal_plus ? out : &client->literal, mails[mail_next].bytes, length);
  mail_next = (mail_next + 1) % mail_count;
}

static enum state following(enum state state) {
  if (happens(kinds[state].again)) return state;
  do state++;
  while (!happens(kinds[state].chance));
  return state;
}

static void put_append(struct client *client, struct buffer *out) {
  say(out, "APPEND \"INBOX\" ");
  put_message(client, out);
  client->next = following(APPEND);
  while (client->next == APPEND && client->can_multiappend && client->can_literal_plus) {
    put(out, " ", 1);
    put_message(client, out);
    client->next = following(APPEND);
  }
  client->waits_for_plus = !client->can_literal_plus;
  put(client->can_literal_plus ? out : &client->literal, "\r\n", 2);
}

/* The command of a state, without its tag; false: this time there is nothing to ask. */
static bool put_command(struct client *client, enum state state, struct buffer *out) {
  static const char *bodies[] = {"BODY.PEEK[HEADER]", "RFC822.HEADER", "BODY.PEEK[]", "BODY.PEEK[1]", "BODY.PEEK[TEXT]"};
  static const char *signs[] = {"+", "-", ""};
  int messages = client->messages, count;
  char name[256];
  switch (state) {
  case LOGIN:
    snprintf(name, sizeof name, option.user, option.first + below(option.users));
    say(out, "LOGIN \"%s\" \"%s\"\r\n", name, option.pass);
    return true;
  case CAPABILITY: say(out, "CAPABILITY\r\n"); return true;
  case LIST: say(out, "LIST \"\" *\r\n"); return true;
  case STATUS: say(out, "STATUS \"INBOX\" (MESSAGES UNSEEN RECENT)\r\n"); return true;
  case SELECT: say(out, "SELECT \"INBOX\"%s\r\n", client->can_condstore ? " (CONDSTORE)" : ""); return true;
  case FETCH:
    say(out, "FETCH ");
    if (!put_numbers(out, client, messages < MOST_NUMBERS ? messages : MOST_NUMBERS)) return false;
    say(out, " (");
    put_fields(out);
    say(out, ")\r\n");
    return true;
  case FETCH2: say(out, "FETCH %d (UID %s)\r\n", 1 + below(messages), bodies[below(5)]); return true;
  case STORE:
    count = messages < 10 ? messages : messages / 5 < 50 ? messages / 5 : 50;
    say(out, "STORE ");
    if (!put_numbers(out, client, below(count))) return false;
    say(out, " %sFLAGS%s ", signs[below(3)], below(2) ? ".SILENT" : "");
    put_flags(out);
    put(out, "\r\n", 2);
    return true;
  case DELETE:
    say(out, "STORE ");
    if (!put_numbers(out, client, below(messages > option.messages + 5 ? messages - option.messages : 5))) return false;
    say(out, " +FLAGS%s \\Deleted\r\n", below(2) ? ".SILENT" : "");
    return true;
  case EXPUNGE: say(out, "EXPUNGE\r\n"); return true;
  case APPEND:
    if (messages >= option.messages) return false;
    put_append(client, out);
    return true;
  default: say(out, "LOGOUT\r\n"); return true;
  }
}

/* Whether the command may be sent while others are not answered yet. */
static bool may_go(const struct client *client, enum state state) {
  if (client->waits_for_plus || client->waiting_count == QUEUE) return false;
  if (!client->waiting_count) return true;
  if (state == LOGOUT || state == CAPABILITY) return false;
  for (int at = 0; at < client->waiting_count; at++) {
    enum state other = client->waiting[at].state;
    if (other == CAPABILITY || kinds[other].turns || (kinds[state].numbers && kinds[other].expunges)) return false;
  }
  return true;
}

static void send_some(struct client *client) {
  struct buffer command = {0};
  while (client->has_greeted && !client->had_bye && client->last != LOGOUT) {
    if (client->next == NONE)
      client->next = client->last == LOGIN && !client->has_capabilities ? CAPABILITY : following(client->last);
    enum state state = client->next;
    if (!may_go(client, state)) break;
    client->next = NONE;
    if (state != CAPABILITY) client->last = state;
    if (state < STATES && kinds[state].selected && !client->messages) continue;
    command.length = 0;
    if (!put_command(client, state, &command)) continue;
    say(&client->out, "a%u ", ++client->tag);
    put(&client->out, command.bytes, command.length);
    client->waiting[client->waiting_count].tag = client->tag;
    client->waiting[client->waiting_count].state = state;
    client->waiting[client->waiting_count++].sent = now();
  }
  free(command.bytes);
}

/* What comes back */

static void learn_capabilities(struct client *client, const char *words) {
  client->has_capabilities = true;
  client->can_literal_plus = strcasestr(words, "LITERAL+") != NULL;
  client->can_multiappend = strcasestr(words, "MULTIAPPEND") != NULL;
  client->can_condstore = strcasestr(words, "CONDSTORE") != NULL;
}

static void on_untagged(struct client *client, const char *words) {
  char kind[16] = "";
  int number;
  if (!client->has_greeted) {
    client->has_greeted = true;
    client->next = LOGIN;
    return;
  }
  if (sscanf(words, "%d %15s", &number, kind) == 2) {
    if (!strcasecmp(kind, "EXISTS")) client->messages = number;
    if (!strcasecmp(kind, "EXPUNGE")) client->messages--;
  } else if (!strncasecmp(words, "CAPABILITY ", 11)) {
    learn_capabilities(client, words);
  } else if (!strncasecmp(words, "BYE", 3)) {
    client->had_bye = true;
    if (client->last != LOGOUT) note("BYE", words);
  }
}

/* False: the connection is of no more use. */
static bool on_tagged(struct client *client, const char *line) {
  char verdict[8] = "";
  unsigned tag;
  int words = 0, at = 0;
  if (sscanf(line, "a%u %7s %n", &tag, verdict, &words) != 2) {
    note("not a response", line);
    bads++;
    return false;
  }
  while (at < client->waiting_count && client->waiting[at].tag != tag) at++;
  if (at == client->waiting_count) {
    note("nobody asked", line);
    bads++;
    return false;
  }
  enum state state = client->waiting[at].state;
  double took = now() - client->waiting[at].sent;
  client->waiting_count--;
  memmove(client->waiting + at, client->waiting + at + 1, (client->waiting_count - at) * sizeof *client->waiting);
  if (client->waits_for_plus && tag == client->tag) {
    client->waits_for_plus = false;  /* refused before the message */
    client->literal.length = 0;
  }
  if (state == LOGIN && !strncasecmp(line + words, "[CAPABILITY ", 12)) learn_capabilities(client, line + words);
  if (strcasecmp(verdict, "OK")) {
    bool is_no = !strcasecmp(verdict, "NO");
    /* RFC 2180 §4: others have expunged what this one asked for by number. */
    bool by_number = state == FETCH || state == FETCH2 || state == STORE || state == DELETE;
    if (is_no && by_number && !strncasecmp(line + words, "[EXPUNGEISSUED]", 15)) {
      expunged++;
      return true;
    }
    ++*(is_no ? &noes : &bads);
    note(state < STATES ? kinds[state].name : "CAPABILITY", line);
    return is_no && !kinds[state].turns;
  }
  if (state < STATES) {
    counts[state]++;
    spent[state] += took;
  }
  return state != LOGOUT;
}

static bool on_response(struct client *client, const char *line) {
  if (line[0] == '+') {
    put(&client->out, client->literal.bytes, client->literal.length);
    client->literal.length = 0;
    client->waits_for_plus = false;
    return true;
  }
  if (line[0] == '*' && line[1] == ' ') {
    on_untagged(client, line + 2);
    return true;
  }
  return on_tagged(client, line);
}

/* The length of the literal that a line announces at its end, or -1. */
static long literal_at(const char *line, size_t length) {
  if (!length || line[length - 1] != '}') return -1;
  size_t at = length - 1;
  while (at && isdigit((unsigned char)line[at - 1])) at--;
  return at && line[at - 1] == '{' && at < length - 1 ? atol(line + at) : -1;
}

/* Reads the responses that are whole. Of each, its first line says what it is. */
static bool parse(struct client *client) {
  struct buffer *in = &client->in;
  size_t at = 0;
  bool goes_on = true;
  while (goes_on) {
    size_t part = client->skip < in->length - at ? client->skip : in->length - at;
    client->skip -= part;
    at += part;
    char *line = in->bytes + at, *end = memchr(line, '\n', in->length - at);
    if (client->skip || !end) break;
    size_t length = end - line;
    at += length + 1;
    if (length && line[length - 1] == '\r') length--;
    if (!client->has_head) snprintf(client->head, sizeof client->head, "%.*s", (int)length, line);
    client->has_head = true;
    long literal = literal_at(line, length);
    if (literal >= 0) {
      client->skip = literal;
      continue;
    }
    client->has_head = false;
    goes_on = on_response(client, client->head);
  }
  in->length -= at;
  memmove(in->bytes, in->bytes + at, in->length);
  return goes_on;
}

/* Connections */

static void watch(struct client *client, unsigned events, int verb) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  if (client->events != events && epoll_ctl(poller, verb, client->fd, &event)) give_up("epoll");
  client->events = events;
}

static void open_client(struct client *client) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(option.port)};
  int one = 1;
  struct buffer in = client->in, out = client->out, literal = client->literal;
  in.length = out.length = literal.length = 0;
  *client = (struct client){.in = in, .out = out, .literal = literal, .last = NONE, .next = NONE};
  if (inet_pton(AF_INET, option.host, &address.sin_addr) != 1) give_up("--host takes an IPv4 address");
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client->fd < 0) give_up("socket");
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(client->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) give_up("connect");
  connections++;
  watch(client, EPOLLIN, EPOLL_CTL_ADD);
}

static void follow(struct client *client, bool ended_early, const char *why) {
  if (ended_early) {
    disconnects++;
    note("disconnected", why);
  }
  close(client->fd);
  open_client(client);
}

/* False: the connection is gone. */
static bool flush(struct client *client) {
  while (client->out_at < client->out.length) {
    ssize_t sent = send(client->fd, client->out.bytes + client->out_at, client->out.length - client->out_at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0 && errno == ENOTCONN) break;
    if (sent < 0) return false;
    client->out_at += sent;
  }
  bool is_done = client->out_at == client->out.length;
  if (is_done) client->out.length = client->out_at = 0;
  watch(client, is_done ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  return true;
}

static void serve(struct client *client) {
  char bytes[65536];
  ssize_t got;
  while ((got = recv(client->fd, bytes, sizeof bytes, 0)) > 0) {
    put(&client->in, bytes, got);
    if (!parse(client)) {
      follow(client, false, "");
      return;
    }
    if (got < (ssize_t)sizeof bytes) break;
  }
  if (got == 0 || (got < 0 && errno != EAGAIN)) {
    follow(client, true, got ? strerror(errno) : "end of the connection");
    return;
  }
  send_some(client);
  if (!flush(client)) follow(client, true, strerror(errno));
}

static void report(double seconds) {
  long all = 0;
  for (int state = 0; state < STATES; state++) all += counts[state];
  printf("{\"seconds\":%.2f,\"clients\":%d,\"users\":%d,", seconds, option.clients, option.users);
  printf("\"commands\":%ld,\"per_second\":%.1f,\"counts\":{", all, all / seconds);
  for (int state = 0; state < STATES; state++) printf("%s\"%s\":%ld", state ? "," : "", kinds[state].name, counts[state]);
  printf("},\"ms\":{");
  for (int state = 0; state < STATES; state++)
    printf("%s\"%s\":%.2f", state ? "," : "", kinds[state].name, counts[state] ? spent[state] * 1e3 / counts[state] : 0);
  printf("},\"connections\":%ld,\"expunged\":%ld,", connections, expunged);
  printf("\"errors\":{\"bad\":%ld,\"no\":%ld,\"disconnects\":%ld,\"words\":\"%s\"}}\n", bads, noes, disconnects, errors);
}

static void read_options(int count, char **words) {
  static const struct option names[] = {
    {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"user", 1, 0, 'u'}, {"users", 1, 0, 'n'}, {"first", 1, 0, 'f'},
    {"pass", 1, 0, 'w'}, {"clients", 1, 0, 'c'}, {"secs", 1, 0, 's'}, {"mbox", 1, 0, 'b'}, {"msgs", 1, 0, 'm'},
    {"seed", 1, 0, 'r'}, {0}};
  int letter;
  while ((letter = getopt_long(count, words, "", names, NULL)) != -1) {
    switch (letter) {
    case 'h': option.host = optarg; break;
    case 'p': option.port = atoi(optarg); break;
    case 'u': option.user = optarg; break;
    case 'n': option.users = atoi(optarg); break;
    case 'f': option.first = atoi(optarg); break;
    case 'w': option.pass = optarg; break;
    case 'c': option.clients = atoi(optarg); break;
    case 's': option.secs = atoi(optarg); break;
    case 'b': option.mbox = optarg; break;
    case 'm': option.messages = atoi(optarg); break;
    case 'r': option.seed = atoi(optarg); break;
    default: exit(64);
    }
  }
  /* One number at most: it is a format for printf. */
  const char *percent = strchr(option.user, '%');
  if (percent && (percent[1 + strspn(percent + 1, "0123456789")] != 'd' || strchr(percent + 1, '%'))) {
    fprintf(stderr, "imap_mix: --user takes a name with one %%d\n");
    exit(64);
  }
  if (option.users < 1 || option.clients < 1 || option.secs < 1) exit(64);
}

int main(int count, char **words) {
  read_options(count, words);
  srandom(option.seed);
  if (option.mbox) read_mbox(option.mbox);
  else make_mails();
  poller = epoll_create1(EPOLL_CLOEXEC);
  struct client *clients = calloc(option.clients, sizeof *clients);
  if (poller < 0 || !clients) give_up("epoll");
  for (int number = 0; number < option.clients; number++) open_client(&clients[number]);
  double started = now(), end = started + option.secs, left;
  while ((left = end - now()) > 0 && bads + noes + disconnects < MOST_ERRORS) {
    struct epoll_event events[64];
    int ready = epoll_wait(poller, events, 64, (int)(left * 1000) + 1);
    if (ready < 0 && errno != EINTR) give_up("epoll");
    for (int at = 0; at < ready; at++) serve(events[at].data.ptr);
  }
  report(now() - started);
  return bads || noes || disconnects;
}
