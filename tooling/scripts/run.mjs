if ((process.env.npm_config_user_agent ?? '').startsWith('pnpm/')) process.exit(0);
