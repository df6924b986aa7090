package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// What goes to the broker after the commit.
type outgoing struct {
	id, correlationId, traceParent, routingKey string
	body                                       []byte
}

// The store that Settlement made, with its statements prepared once, on one connection.
type store struct {
	connection                                                                                                 *sql.Conn
	begin, commit, insertInbox, insertPosting, addAccount, insertLine, insertEntry, insertOutbox, saveProgress *sql.Stmt
	source, inbox, outbox                                                                                      int64
	accounts                                                                                                   map[string]int64
}

func openStore(path string) (*store, error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite3", "file:"+path+"?_synchronous=FULL&_foreign_keys=on&_cache_size=-8000&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	connection, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err = connection.ExecContext(ctx, "PRAGMA wal_autocheckpoint = 4000"); err != nil {
		return nil, err
	}
	s := &store{connection: connection, accounts: map[string]int64{}}
	if _, err = connection.ExecContext(ctx, "INSERT OR IGNORE INTO source (name) VALUES ('/consignment')"); err != nil {
		return nil, err
	}
	row := connection.QueryRowContext(ctx, `SELECT (SELECT number FROM source WHERE name = '/consignment'),
		(SELECT coalesce(max(position), 0) FROM inbox), (SELECT coalesce(max(position), 0) FROM outbox)`)
	if err = row.Scan(&s.source, &s.inbox, &s.outbox); err != nil {
		return nil, err
	}
	if err = s.rememberAccounts(ctx); err != nil {
		return nil, err
	}
	for into, text := range map[**sql.Stmt]string{
		&s.begin:  `BEGIN IMMEDIATE`,
		&s.commit: `COMMIT`,
		&s.insertInbox: `INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter)
			VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (source, messageId) DO NOTHING`,
		&s.insertPosting: `INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (1, ?, ?, ?, ?) ON CONFLICT (key, kind) DO NOTHING`,
		&s.addAccount: `INSERT INTO account (number, name, sellerId) SELECT max(max(number) + 1, 1001), 'seller-payable/' || ?1, ?1 FROM account
			RETURNING number`,
		&s.insertLine: `INSERT INTO saleLine (posting, lineId, place, productId, account, quantity, net, percent, sellerShare, martShare)
			VALUES (?, ?, ?, ?, ?, ?, ?, 10, ?, ?)`,
		&s.insertEntry: `INSERT INTO entry (account, posting, amount) VALUES (?, ?, ?)`,
		&s.insertOutbox: `INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, cause, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		&s.saveProgress: `UPDATE progress SET eventsSent = ?, businessInstant = ? WHERE id = 1`,
	} {
		if *into, err = connection.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *store) rememberAccounts(ctx context.Context) error {
	rows, err := s.connection.QueryContext(ctx, "SELECT sellerId, number FROM account WHERE sellerId IS NOT NULL")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var seller string
		var number int64
		if err := rows.Scan(&seller, &number); err != nil {
			return err
		}
		s.accounts[seller] = number
	}
	return rows.Err()
}

var tenders = map[string]int64{"cash": 1, "qris": 2, "transfer": 3, "kkpd": 4}

const martMargin = 11

// Settles the sales in one transaction and returns the events to publish.
func (s *store) settle(bodies [][]byte) ([]outgoing, error) {
	now := time.Now()
	// By hand: the statements of a sql.Tx are prepared anew in every transaction.
	if _, err := s.begin.Exec(); err != nil {
		return nil, err
	}
	isCommitted := false
	defer func() {
		if !isCommitted {
			s.connection.ExecContext(context.Background(), "ROLLBACK")
		}
	}()
	inbox, outbox := s.inbox, s.outbox
	events := make([]outgoing, 0, len(bodies))
	for _, body := range bodies {
		var sale saleRecorded
		if err := json.Unmarshal(body, &sale); err != nil {
			return nil, err
		}
		digest := sha256.Sum256(body)
		result, err := s.insertInbox.Exec(inbox+1, s.source, sale.Id, sale.Type, digest[:], now.UnixMilli(), sale.Data.SaleId,
			sale.CorrelationId, outbox)
		if err != nil {
			return nil, err
		}
		if changed, _ := result.RowsAffected(); changed != 1 {
			return nil, errors.New("a repeated message")
		}
		inbox++
		result, err = s.insertPosting.Exec(sale.Data.SaleId, sale.Data.Regency, now.UnixMilli(), sale.Id)
		if err != nil {
			return nil, err
		}
		if changed, _ := result.RowsAffected(); changed != 1 {
			return nil, errors.New("a repeated sale")
		}
		posting, _ := result.LastInsertId()
		event := settle(&sale, outbox+1, now)
		amounts := map[int64]int64{tenders[sale.Data.Tender]: event.Data.Totals.Net, martMargin: -event.Data.Totals.MartShare}
		for place, line := range event.Data.Lines {
			account, isKnown := s.accounts[line.SellerId]
			if !isKnown {
				if err := s.addAccount.QueryRow(line.SellerId).Scan(&account); err != nil {
					return nil, err
				}
				s.accounts[line.SellerId] = account
			}
			amounts[account] -= line.SellerShare
			if _, err := s.insertLine.Exec(posting, line.LineId, place, line.ProductId, account, sale.Data.Lines[place].Quantity,
				line.Net, line.SellerShare, line.MartShare); err != nil {
				return nil, err
			}
		}
		for account, amount := range amounts {
			if _, err := s.insertEntry.Exec(account, posting, amount); err != nil {
				return nil, err
			}
		}
		outbox++
		encoded, err := json.Marshal(&event)
		if err != nil {
			return nil, err
		}
		out := outgoing{event.Id, event.CorrelationId, event.TraceParent, fmt.Sprintf("settlement.settlement-posted.%s", event.Regency), encoded}
		if _, err := s.insertOutbox.Exec(outbox, out.routingKey, out.id, postedType, out.correlationId, out.traceParent, inbox,
			encoded); err != nil {
			return nil, err
		}
		events = append(events, out)
	}
	if _, err := s.saveProgress.Exec(s.outbox, now.UnixMilli()); err != nil {
		return nil, err
	}
	if _, err := s.commit.Exec(); err != nil {
		return nil, err
	}
	isCommitted = true
	s.inbox, s.outbox = inbox, outbox
	return events, nil
}
