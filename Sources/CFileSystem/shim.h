// The header of statfs, which Swift's module of the C library leaves out.
#pragma once
#include <sys/statfs.h>
