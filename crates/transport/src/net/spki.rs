//! The public key in a certificate that the usual reader refuses: X.509 of version 1 has no extensions, and appliances
//! still show it.

/// A part of DER: its tag and what is in it, and what comes after it.
struct Part<'d> {
    tag: u8,
    /// Tag and length included.
    whole: &'d [u8],
    inside: &'d [u8],
    rest: &'d [u8],
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
/// `[0]`, which a certificate of version 1 leaves out.
const VERSION: u8 = 0xa0;

fn part(der: &[u8]) -> Option<Part<'_>> {
    let (&tag, after) = der.split_first()?;
    let (&first, after) = after.split_first()?;
    let (length, after) = match usize::from(first) {
        short @ 0..=0x7f => (short, after),
        // No certificate is longer than three bytes can tell.
        count @ 0x81..=0x83 => {
            let (digits, after) = after.split_at_checked(count - 0x80)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), after)
        }
        _ => return None,
    };
    let (inside, rest) = after.split_at_checked(length)?;
    Some(Part { tag, whole: &der[..der.len() - rest.len()], inside, rest })
}

fn sequence(der: &[u8]) -> Option<Part<'_>> {
    part(der).filter(|part| part.tag == SEQUENCE)
}

/// What a signature is checked with.
pub(super) struct PublicKey<'d> {
    /// Algorithm and key.
    pub(super) info: &'d [u8],
    /// What is in the algorithm's identifier.
    pub(super) algorithm: &'d [u8],
    /// The bits of the key.
    pub(super) bits: &'d [u8],
}

impl<'d> PublicKey<'d> {
    /// The key in a certificate; `None` when it does not read as one.
    pub(super) fn of(certificate: &'d [u8]) -> Option<Self> {
        let signed = sequence(sequence(certificate)?.inside)?;
        let mut next = signed.inside;
        if part(next)?.tag == VERSION {
            next = part(next)?.rest;
        }
        // Serial number, algorithm of the signature, issuer, validity, subject.
        for _ in 0..5 {
            next = part(next)?.rest;
        }
        let info = sequence(next)?;
        let algorithm = sequence(info.inside)?;
        let bits = part(algorithm.rest).filter(|bits| bits.tag == BIT_STRING)?;
        // The first byte counts the bits that are left over, of which a key has none.
        let (0, bits) = bits.inside.split_first().map(|(left, bits)| (*left, bits))? else { return None };
        Some(Self { info: info.whole, algorithm: algorithm.inside, bits })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_key_of_a_certificate_is_found() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["em".to_owned()]).unwrap().self_signed(&key).unwrap();
        let found = PublicKey::of(certificate.der()).unwrap();
        assert_eq!(found.bits, rcgen::PublicKeyData::der_bytes(&key));
        assert!(found.info.len() > found.bits.len() + found.algorithm.len());
    }

    #[test]
    fn what_is_no_certificate_has_none() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["em".to_owned()]).unwrap().self_signed(&key).unwrap();
        let der = certificate.der();
        // Whatever is cut off or turned over: an answer or none, and no panic.
        for length in 0..der.len() {
            let _ = PublicKey::of(&der[..length]);
            let mut other = der.to_vec();
            other[length] ^= 0xff;
            let _ = PublicKey::of(&other);
        }
        assert!(PublicKey::of(&[]).is_none() && PublicKey::of(&[0x30, 0x84, 1, 1, 1, 1]).is_none());
    }
}
