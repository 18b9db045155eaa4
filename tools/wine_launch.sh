#!/bin/sh
# Runs a command in the Debian of the cache, as the first process of its own
# mount and PID namespaces: when it ends, so do all processes and mounts.
#
#   wine_launch.sh MODE CACHE ROOT PREFIX CWD COMMAND...
#
# MODE is "build" to write to the Wine prefix, or "run" to keep what a program
# changes in memory, so that every run starts from the same Windows.
set -eu
mode=$1 cache=$2 root=$3 prefix=$4 cwd=$5
shift 5
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

if [ "$mode" = run ]; then
  mkdir -p "$cache/changes"
  mount -t tmpfs tmpfs "$cache/changes"
  mkdir "$cache/changes/upper" "$cache/changes/work"
  mount -t overlay overlay -o "lowerdir=$prefix,upperdir=$cache/changes/upper,workdir=$cache/changes/work" "$prefix"
fi

# What belongs to the system is the cache's; all other folders are the host's
show() {
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
}
for dir in /* /usr/*; do
  case $dir in
    /bin | /boot | /dev | /etc | /lib* | /proc | /run | /sbin | /sys | /usr) continue ;;
    /usr/bin | /usr/games | /usr/include | /usr/lib* | /usr/sbin | /usr/share) continue ;;
  esac
  if [ -d "$dir" ] && [ ! -L "$dir" ]; then show "$dir"; fi
done
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/user"
mkdir -m 700 "$root/run/user/0"
mount -t proc proc "$root/proc" 2>/dev/null || show /proc
show /dev
show /sys
for name in ssl resolv.conf; do
  if [ -s "/etc/$name" ]; then
    mount --bind -o ro "/etc/$name" "$root/etc/$name"
  fi
done
for dir in "$cache" "$cwd"; do
  if [ ! -e "$root$dir" ]; then show "$dir"; fi
done

# Not exec: the first process of a namespace is deaf to signals
code=0
chroot "$root" env -C "$cwd" "$@" || code=$?
exit "$code"
