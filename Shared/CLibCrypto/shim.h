// OpenSSL's SHA-256, and its version. librabbitmq loads this library anyway; building another one from source would double the time of a first build.
#ifndef C_LIB_CRYPTO_SHIM_H
#define C_LIB_CRYPTO_SHIM_H
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#endif
