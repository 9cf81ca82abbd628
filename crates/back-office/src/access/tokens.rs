//! Access tokens: JWT, HS256, 15 minutes unless set otherwise. They name user, session and role; nothing in them is secret.

use domain::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use store::users::Role;
use store::{SessionId, UserId};

use super::{AccessError, MasterKey, Secret};

const AUDIENCE: &str = "sauda";

pub(super) struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    life_seconds: i64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    /// User.
    sub: String,
    /// Session.
    sid: i64,
    role: String,
    /// Seconds since 1970.
    iat: i64,
    exp: i64,
}

/// What a good token says.
pub(super) struct Named {
    pub user: UserId,
    pub session: SessionId,
    pub role: Role,
    pub expires_at: Timestamp,
}

impl AccessTokens {
    pub fn new(key: &MasterKey, life_seconds: i64) -> AccessTokens {
        let key = key.derive("sauda access token 1");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        // By our own clock, below: the library would ask the machine's and forgive a minute.
        validation.validate_exp = false;
        AccessTokens {
            encoding: EncodingKey::from_secret(key.as_slice()),
            decoding: DecodingKey::from_secret(key.as_slice()),
            validation,
            life_seconds,
        }
    }

    /// Good for as long as tokens are, and no longer than their session.
    pub fn issue(
        &self,
        user: UserId,
        (session, session_ends): (SessionId, Timestamp),
        role: Role,
        now: Timestamp,
    ) -> Result<(Secret, Timestamp), AccessError> {
        let iat = now.as_micros().div_euclid(1_000_000);
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            sub: user.to_string(),
            sid: session.0,
            role: role.name().to_owned(),
            iat,
            exp: (iat + self.life_seconds).min(session_ends.as_micros().div_euclid(1_000_000)),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding);
        let token =
            token.map_err(|why| AccessError::Internal(format!("a token could not be signed: {why}")))?;
        Ok((Secret::new(token), Timestamp::from_micros(claims.exp * 1_000_000)))
    }

    pub fn read(&self, token: &Secret, now: Timestamp) -> Result<Named, AccessError> {
        const WRONG: AccessError =
            AccessError::Unauthenticated("the access token is not one of ours; log in again");
        let decoded = jsonwebtoken::decode::<Claims>(token.expose(), &self.decoding, &self.validation);
        let claims = decoded.map_err(|_| WRONG)?.claims;
        let expires_at = Timestamp::from_micros(claims.exp.saturating_mul(1_000_000));
        if expires_at <= now {
            return Err(AccessError::Unauthenticated(
                "the access token has expired; get another from POST /api/auth/refresh",
            ));
        }
        let user = claims.sub.parse().map(UserId).map_err(|_| WRONG)?;
        let role = Role::from_name(&claims.role).ok_or(WRONG)?;
        Ok(Named { user, session: SessionId(claims.sid), role, expires_at })
    }
}
