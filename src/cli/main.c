/* The program's entry: everything else is in the library. */
int main(void) {
    return 0;
}
