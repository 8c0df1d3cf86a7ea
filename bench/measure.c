/* Runs a program and says what it took.
 *
 * usage: measure SECONDS COMMAND [ARGUMENT…]
 *
 * Prints the wall clock time and the processor time in seconds, the peak resident memory in KiB, and the exit
 * status (minus the signal's number where one ended it; after SECONDS it is killed, 0: never).  The program's
 * input and output are /dev/null.  It is small, because the peak of a process is never below that of the one
 * that started it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void start_program(char **argv, unsigned limit) {
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    alarm(limit); /* survives the exec; its signal ends the program */
    execvp(argv[0], argv);
    _exit(127);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure SECONDS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    unsigned limit = (unsigned)strtoul(argv[1], NULL, 10);
    double start = now();
    pid_t pid = fork();
    if (pid < 0) {
        perror("measure: fork");
        return 1;
    }
    if (pid == 0)
        start_program(argv + 2, limit);
    int status;
    struct rusage usage;
    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR) {
            perror("measure: wait4");
            return 1;
        }
    }
    double wall = now() - start, cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    printf("%.6f %.6f %ld %d\n", wall, cpu, usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    return 0;
}
