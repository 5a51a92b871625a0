/* A module for redis-server with one command of each kind that a proxy has to tell apart. It declares the few parts
   of the server's interface that it uses: what a context and an argument are made of is the server's business, and
   functions are asked for by name from the one that the context begins with. */
#include <string.h>

typedef struct Context Context;
typedef struct Text Text;
typedef int (*Serve)(Context *, Text **, int);
typedef int (*Lookup)(const char *, void *);

static int (*init)(Context *, const char *, int, int);
static int (*createCommand)(Context *, const char *, Serve, const char *, int, int, int);
static int (*replyWithText)(Context *, Text *);
static int (*replyWithNumber)(Context *, long long);
static void *(*call)(Context *, const char *, const char *, ...);
static int (*replyWithReply)(Context *, void *);
static void (*freeReply)(void *);
static int (*replicate)(Context *);

static int pass(Context *context, const char *command, const char *format, Text *key, Text *value) {
  void *reply = value ? call(context, command, format, key, value) : call(context, command, format, key);
  int outcome = reply ? replyWithReply(context, reply) : replyWithNumber(context, -1);
  if (reply) freeReply(reply);
  return outcome;
}

/* mod.set key value */
static int set(Context *context, Text **args, int count) {
  if (count != 3) return replyWithNumber(context, -1);
  replicate(context);
  return pass(context, "SET", "ss", args[1], args[2]);
}

/* mod.get key */
static int get(Context *context, Text **args, int count) {
  return count == 2 ? pass(context, "GET", "s", args[1], 0) : replyWithNumber(context, -1);
}

/* mod.count key [key ...]: how many keys it was given. */
static int countKeys(Context *context, Text **args, int count) {
  (void)args;
  return replyWithNumber(context, count - 1);
}

/* Everything else answers with its last argument. */
static int last(Context *context, Text **args, int count) { return replyWithText(context, args[count - 1]); }

int RedisModule_OnLoad(Context *context, Text **args, int count) {
  Lookup lookup = *(Lookup *)context;
  (void)args;
  lookup("RedisModule_SetModuleAttribs", &init);
  lookup("RedisModule_CreateCommand", &createCommand);
  lookup("RedisModule_ReplyWithString", &replyWithText);
  lookup("RedisModule_ReplyWithLongLong", &replyWithNumber);
  lookup("RedisModule_Call", &call);
  lookup("RedisModule_ReplyWithCallReply", &replyWithReply);
  lookup("RedisModule_FreeCallReply", &freeReply);
  lookup("RedisModule_ReplicateVerbatim", &replicate);
  init(context, "mod", 1, 1);
  int faults = createCommand(context, "mod.set", set, "write deny-oom", 1, 1, 1) |
    createCommand(context, "mod.get", get, "readonly fast", 1, 1, 1) |
    createCommand(context, "mod.count", countKeys, "readonly", 1, -1, 1) |
    createCommand(context, "mod.search", last, "readonly", 0, 0, 0) |
    createCommand(context, "mod.admin", last, "admin", 1, 1, 1) |
    createCommand(context, "mod.wait", last, "readonly blocking", 1, 1, 1) |
    createCommand(context, "mod.aside", last, "readonly deny-script", 1, 1, 1) |
    createCommand(context, "mod.hidden", last, "readonly getkeys-api", 1, 1, 1);
  /* Given an argument, a server has one command more. */
  if (count > 0) faults |= createCommand(context, "mod.extra", last, "readonly", 1, 1, 1);
  return faults;
}
