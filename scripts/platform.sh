# The services and where their read sides are. Generated from Platform/Platform.swift by `make generate`; do not edit.
# shellcheck shell=bash disable=SC2034
services='catalog permits consignment settlement'

# default_port SERVICE
default_port() {
    case $1 in
        catalog) echo 8101 ;;
        permits) echo 8102 ;;
        consignment) echo 8103 ;;
        settlement) echo 8104 ;;
    esac
}
