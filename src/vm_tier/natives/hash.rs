//! What `hashlib`, `uuid` and `binascii` are made of.

use md5::Md5;
use rustpython_vm::builtins::{PyModule, PyStrRef};
use rustpython_vm::function::ArgBytesLike;
use rustpython_vm::{Py, PyResult, VirtualMachine};
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{decline, natives};
use crate::decline::Reason;

pub(super) fn add(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    natives!(module, vm, crc32, digest);
    Ok(())
}

/// The digest of `data` by the algorithm `name`, spelled as `hashlib` does.
fn digest(name: PyStrRef, data: ArgBytesLike, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    fn of<D: Digest>(data: &[u8]) -> Vec<u8> {
        D::digest(data).to_vec()
    }
    let name = name.to_string_lossy();
    let algorithm = match &*name {
        "md5" => of::<Md5>,
        "sha1" => of::<Sha1>,
        "sha224" => of::<Sha224>,
        "sha256" => of::<Sha256>,
        "sha384" => of::<Sha384>,
        "sha512" => of::<Sha512>,
        _ => {
            return Err(decline(
                vm,
                Reason::AttributeUnknown,
                format!("hashlib.{name}"),
            ))
        }
    };
    Ok(data.with_ref(algorithm))
}

/// `binascii.crc32`.
fn crc32(data: ArgBytesLike, start: u32) -> u32 {
    data.with_ref(|data| {
        !data.iter().fold(!start, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        })
    })
}
