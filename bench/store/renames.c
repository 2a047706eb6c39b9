/*
 * A bare loop of renames: the data of every blob into another folder on the same disk, or back. No checks, no journal, no sync.
 * Prints how many it moved.
 *
 * usage: renames (out|back) BLOBS QUARANTINE   (BLOBS: …/blobs/sha256, with <hh>/<hex>/data; QUARANTINE: <hh>/<hex>)
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static long move_prefix(const char *blobs, const char *quarantine, const char *prefix, int back) {
  char from[4400], to[4400], listed[4300];
  long moved = 0;
  snprintf(listed, sizeof listed, "%s/%s", back ? quarantine : blobs, prefix);
  DIR *dir = opendir(listed);
  if (dir == NULL) return 0;
  snprintf(to, sizeof to, "%s/%s", quarantine, prefix);
  if (!back) mkdir(to, 0777);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(from, sizeof from, "%s/%s/%s/data", blobs, prefix, entry->d_name);
    snprintf(to, sizeof to, "%s/%s/%s", quarantine, prefix, entry->d_name);
    if ((back ? rename(to, from) : rename(from, to)) == 0) moved += 1;
  }
  closedir(dir);
  return moved;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  long moved = 0;
  char prefix[3];
  mkdir(argv[3], 0777);
  for (int n = 0; n < 256; n += 1) {
    snprintf(prefix, sizeof prefix, "%02x", n);
    moved += move_prefix(argv[2], argv[3], prefix, strcmp(argv[1], "back") == 0);
  }
  printf("%ld\n", moved);
  return 0;
}
