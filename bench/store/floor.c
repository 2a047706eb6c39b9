/*
 * The least that a disk has to be asked for a dry run of a blob collector: raw directory reads, one read of each manifest,
 * one of each tag's current link; no JSON, no checks, no marks. Prints how many names and bytes it saw.
 *
 * usage: floor ROOT THREADS   (ROOT: …/docker/registry/v2)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct dirent64_raw {
  unsigned long long ino;
  long long off;
  unsigned short reclen;
  unsigned char type;
  char name[];
};

static char root[4096];
static long long names, bytes;
static char **jobs;
static size_t job_count, job_next, job_room;

static void add_job(const char *path) {
  if (job_count == job_room) jobs = realloc(jobs, (job_room = job_room ? job_room * 2 : 1024) * sizeof *jobs);
  jobs[job_count++] = strdup(path);
}

typedef void (*visit)(const char *dir, const char *name, void *to);

static long each(const char *dir, visit see, void *to) {
  int fd = open(dir, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return -1;
  char buffer[1 << 16];
  long seen = 0;
  for (;;) {
    long got = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      struct dirent64_raw *entry = (struct dirent64_raw *)(buffer + at);
      at += entry->reclen;
      if (entry->name[0] == '.') continue;
      seen += 1;
      if (see) see(dir, entry->name, to);
    }
  }
  close(fd);
  return seen;
}

static long slurp(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  char buffer[1 << 16];
  long all = 0, got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) all += got;
  close(fd);
  return all;
}

/* Each manifest once, whatever repositories have it: a set of digests in open addressing. */
static unsigned char (*seen_digests)[32];
static unsigned char *seen_used;
static size_t seen_mask;
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;

static int first_sight(const char *hex) {
  unsigned char digest[32];
  for (int n = 0; n < 32; n++) {
    unsigned byte;
    if (sscanf(hex + n * 2, "%2x", &byte) != 1) return 0;
    digest[n] = byte;
  }
  size_t slot = (*(size_t *)digest) & seen_mask;
  pthread_mutex_lock(&seen_lock);
  while (seen_used[slot] && memcmp(seen_digests[slot], digest, 32)) slot = (slot + 1) & seen_mask;
  int first = !seen_used[slot];
  seen_used[slot] = 1;
  memcpy(seen_digests[slot], digest, 32);
  pthread_mutex_unlock(&seen_lock);
  return first;
}

static void see_revision(const char *dir, const char *name, void *to) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s/link", dir, name);
  if (access(path, F_OK) != 0 || !first_sight(name)) return;
  snprintf(path, sizeof path, "%s/blobs/sha256/%.2s/%s/data", root, name, name);
  long got = slurp(path);
  if (got > 0) *(long long *)to += got;
}

static void see_tag(const char *dir, const char *name, void *to) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s/current/link", dir, name);
  long got = slurp(path);
  if (got > 0) *(long long *)to += got;
}

static void find_repositories(const char *dir, const char *name, void *to) {
  char path[8192];
  (void)to;
  snprintf(path, sizeof path, "%s/%s", dir, name);
  if (strcmp(name, "_manifests") == 0) add_job(path);
  else if (name[0] != '_') each(path, find_repositories, NULL);
}

static void *work(void *unused) {
  long long seen = 0, got = 0;
  (void)unused;
  for (;;) {
    size_t at = __atomic_fetch_add(&job_next, 1, __ATOMIC_RELAXED);
    if (at >= job_count) break;
    const char *job = jobs[at];
    const char *last = strrchr(job, '/') + 1;
    char path[8192];
    if (strcmp(last, "_manifests") == 0) {
      snprintf(path, sizeof path, "%s/revisions/sha256", job);
      seen += each(path, see_revision, &got);
      snprintf(path, sizeof path, "%s/tags", job);
      seen += each(path, see_tag, &got);
    } else seen += each(job, NULL, NULL);
  }
  __atomic_fetch_add(&names, seen, __ATOMIC_RELAXED);
  __atomic_fetch_add(&bytes, got, __ATOMIC_RELAXED);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  snprintf(root, sizeof root, "%s", argv[1]);
  int threads = atoi(argv[2]);
  size_t slots = 1 << 22;
  seen_mask = slots - 1;
  seen_digests = calloc(slots, 32);
  seen_used = calloc(slots, 1);
  char path[8192];
  for (int prefix = 0; prefix < 256; prefix++) {
    snprintf(path, sizeof path, "%s/blobs/sha256/%02x", root, prefix);
    add_job(path);
  }
  snprintf(path, sizeof path, "%s/repositories", root);
  each(path, find_repositories, NULL);
  pthread_t ids[64];
  for (int n = 0; n < threads && n < 64; n++) pthread_create(&ids[n], NULL, work, NULL);
  for (int n = 0; n < threads && n < 64; n++) pthread_join(ids[n], NULL);
  printf("%lld names, %lld bytes\n", names, bytes);
  return 0;
}
